import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { adaptive } from '../../src/batching/policy.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { modelScheduling } from '../../src/batching/scheduling.js';
import { ServerError } from '../../src/core/errors.js';
import { RepositoryAdmin } from '../../src/dataplane/repository-admin.js';
import { loadRepository } from '../../src/lifecycle/load-repository.js';
import { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import { RepositoryWatcher, SETTLE_MS } from '../../src/lifecycle/repository-watcher.js';
import { NO_WARM_UP } from '../../src/lifecycle/warm-up.js';
import { createLogger } from '../../src/logging/logger.js';
import { FileRepository } from '../../src/repository/file-repository.js';
import { VersionStates } from '../../src/repository/version-states.js';
import { Environment } from '../../src/settings/env.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { FakeClock } from './fake-clock.js';
import { LogLines } from './log-lines.js';
import { PuppetPool } from './puppet-pool.js';
import { SilentTelemetry } from './silent-telemetry.js';
import { temporaryFolder, writeFile } from './temporary-folder.js';
import { until } from './until.js';

/** Settings of a model whose file a puppet takes for text. */
export const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };
/** Settings of one version of it. */
export const version = (name: string, v: string, more: object = {}) => ({
  name,
  ...SKLEARN,
  parameters: { version: v },
  ...more,
});
/** What is watched if a test does not say. */
export const MODELS = {
  'a/model-settings.json': SKLEARN,
  'a/model.joblib': 'a1',
  'b/1/model-settings.json': version('b', '1'),
  'b/1/model.joblib': 'b1',
  'b/2/model-settings.json': version('b', '2'),
  'b/2/model.joblib': 'b2',
  'other/model-settings.json': SKLEARN,
  'other/model.joblib': 'other 0',
};

/** The failure of a store that may be asked again after so long. */
export const awayFor = (retryAfterSeconds: number) =>
  new ServerError('UNAVAILABLE', 'the store is out of reach', { retryAfterSeconds });
const remote = { stateOf: async () => 'always the same' };

/** A repository of real files, watched; a model's file is text, and what begins with "bad" cannot be loaded. */
export class Watched {
  readonly clock = new FakeClock();
  readonly log = new LogLines();
  readonly logger = createLogger({ level: 'INFO', format: 'json', stream: { write: text => this.log.add(text) } });
  /** Contents, in the order in which they were loaded. */
  readonly loads: string[] = [];
  readonly registry: ModelRegistry;
  readonly admin: RepositoryAdmin;
  readonly watcher: RepositoryWatcher;
  outOfReach = '';
  private others = 0;

  private constructor(
    readonly root: string,
    readonly repository: FileRepository,
    pollMs: number,
  ) {
    const pool = new PuppetPool();
    const telemetry = new SilentTelemetry();
    const { clock, logger } = this;
    const scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    const registry = new ModelRegistry({
      pool,
      scheduler,
      telemetry,
      prepare: async ({ artifact }) => {
        const content = readFileSync(artifact, 'utf8');
        this.loads.push(content);
        if (content === this.outOfReach) throw awayFor(30);
        if (content.startsWith('bad')) throw new ServerError('INVALID_ARGUMENT', `the file is ${content}`);
        return { kind: 'plan', file: content };
      },
      planWarmUp: async () => NO_WARM_UP,
      clock,
      loadTimeoutMs: () => Number.POSITIVE_INFINITY,
      schedule: modelScheduling(serverSettings()),
    });
    pool.start({ joined: worker => void registry.workerJoined(worker), lost: () => {} });
    pool.join(0);
    this.registry = registry;
    this.admin = new RepositoryAdmin({ repository, registry, logger });
    this.watcher = new RepositoryWatcher({
      repository,
      registry,
      states: new VersionStates(remote),
      logger,
      clock,
      pollMs,
    });
  }

  static async begin(t: TestContext, files: Record<string, unknown> = MODELS, pollMs = 1000): Promise<Watched> {
    const root = join(temporaryFolder(t, { 'root/other/x': '', ...prefixed('root', files) }), 'root');
    const settings = { modelRepositoryRoot: root, allowUriOutsideRepository: true };
    const watched = new Watched(root, new FileRepository(settings, new Environment({})), pollMs);
    const listing = await watched.repository.list();
    await watched.watcher.remember(listing);
    await loadRepository(listing, watched.registry, watched.logger);
    await watched.watcher.look();
    watched.loads.length = 0;
    return watched;
  }

  write(path: string, content: unknown): void {
    writeFile(join(this.root, path), content);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  /** What answers for a model, by version. */
  serving(name: string): Record<string, string> {
    const ready = [...this.registry.versions()].filter(({ spec, state }) => spec.name === name && state === 'ready');
    const contents = ready.map(({ spec, replica }) => {
      const { runtime } = replica!;
      return [spec.version ?? '', runtime.kind === 'plan' ? runtime.file : ''] as const;
    });
    return Object.fromEntries(contents);
  }

  /** Looks until what has changed by now is handled; that another model, changed with it, is loaded tells. */
  async settle(): Promise<void> {
    const content = `other ${++this.others}`;
    this.write('other/model.joblib', content);
    await this.watcher.look();
    this.clock.advance(SETTLE_MS);
    await this.watcher.look();
    await until(() => this.serving('other')[''] === content);
    this.loads.splice(this.loads.indexOf(content), 1);
  }
}

function prefixed(folder: string, files: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [join(folder, path), content]));
}
