import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
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
import { FakeClock } from '../support/fake-clock.js';
import { LogLines } from '../support/log-lines.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };
const version = (name: string, v: string, more: object = {}) => ({
  name,
  ...SKLEARN,
  parameters: { version: v },
  ...more,
});
const MODELS = {
  'a/model-settings.json': SKLEARN,
  'a/model.joblib': 'a1',
  'b/1/model-settings.json': version('b', '1'),
  'b/1/model.joblib': 'b1',
  'b/2/model-settings.json': version('b', '2'),
  'b/2/model.joblib': 'b2',
  'other/model-settings.json': SKLEARN,
  'other/model.joblib': 'other 0',
};

const awayFor = (retryAfterSeconds: number) =>
  new ServerError('UNAVAILABLE', 'the store is out of reach', { retryAfterSeconds });
const remote = { stateOf: async () => 'always the same' };

/** A repository of real files, watched; a model's file is text, and what begins with "bad" cannot be loaded. */
class Watched {
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

test('new, changed and removed models and versions become what is served', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model.joblib', 'a2');
  watched.write('b/3/model-settings.json', version('b', '3'));
  watched.write('b/3/model.joblib', 'b3');
  watched.remove('b/1');
  watched.write('new/model-settings.json', SKLEARN);
  watched.write('new/model.joblib', 'n');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a2' && '' in watched.serving('new'));
  await until(() => !('1' in watched.serving('b')));
  assert.deepEqual(watched.serving('b'), { 2: 'b2', 3: 'b3' });
  assert.deepEqual(watched.loads.toSorted(), ['a2', 'b3', 'n'], 'and nothing else is loaded');
  watched.remove('new');
  await watched.settle();
  await until(() => !('' in watched.serving('new')));
});

test('what is still being written is left alone', async t => {
  const watched = await Watched.begin(t);
  for (let part = 1; part <= 5; part++) {
    watched.write('a/model.joblib', 'x'.repeat(part));
    await watched.watcher.look();
    watched.clock.advance(SETTLE_MS - 1);
    await watched.watcher.look();
    assert.deepEqual(watched.loads, []);
  }
  await watched.settle();
  await until(() => watched.loads.length > 0);
  assert.deepEqual(watched.loads, ['xxxxx']);
});

test('files that were only touched, and settings written anew as they were, change nothing', async t => {
  const watched = await Watched.begin(t);
  utimesSync(join(watched.root, 'a/model.joblib'), 1, 1);
  watched.write('b/1/model.joblib', 'b1');
  watched.write('b/2/model-settings.json', version('b', '2'));
  await watched.settle();
  assert.deepEqual(watched.loads, []);
});

test('a change of settings alone loads that version anew', async t => {
  const watched = await Watched.begin(t);
  watched.write('b/2/model-settings.json', version('b', '2', { max_batch_size: 5 }));
  await watched.settle();
  await until(() => watched.loads.length > 0);
  assert.deepEqual(watched.loads, ['b2']);
});

test('the last of many quick changes is what is served', async t => {
  const watched = await Watched.begin(t);
  for (let i = 1; i <= 20; i++) {
    watched.write('a/model.joblib', `quick ${i}`);
    await watched.watcher.look();
    watched.clock.advance(i % 2 === 0 ? SETTLE_MS : 100);
  }
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'quick 20');
});

test('a file that cannot be loaded leaves what served, with the reason, until it is restored', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model.joblib', 'bad 1');
  await watched.settle();
  await until(() => watched.loads.length > 0);
  const index = async () => (await watched.admin.index({ ready: true })).find(({ name }) => name === 'a');
  assert.deepEqual(watched.serving('a'), { '': 'a1' });
  assert.deepEqual(await index(), { name: 'a', version: undefined, state: 'READY', reason: 'the file is bad 1' });
  await watched.settle();
  assert.deepEqual(watched.loads, ['bad 1'], 'it is not tried again as long as it is the same');

  watched.write('a/model.joblib', 'a1');
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.loads], [{ '': 'a1' }, ['bad 1']], 'the same is not loaded again');
  assert.equal((await index())?.reason, '');
  watched.write('a/model.joblib', 'a3');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a3');
});

test('settings or files that cannot be read are no wish to unload', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model-settings.json', '{"name": ');
  watched.write('b/1/model-settings.json', version('b', '1', { parameters: { version: '1', uri: 'gone' } }));
  watched.remove('b/2');
  await watched.settle();
  await until(() => !('2' in watched.serving('b')));
  assert.deepEqual([watched.serving('a'), watched.serving('b')], [{ '': 'a1' }, { 1: 'b1' }]);
  const index = new Map((await watched.admin.index({ ready: true })).map(({ name, reason }) => [name, reason]));
  assert.match(index.get('a') ?? '', /^a\/model-settings\.json: expected JSON, found /);
  assert.match(index.get('b') ?? '', /^Invalid URI specified for model b /);
  await watched.log.find(
    /^Failed load model settings at .*a\/model-settings\.json: a\/model-settings\.json: expected JSON/,
  );
  watched.write('a/model-settings.json', SKLEARN);
  watched.write('b/1/model-settings.json', version('b', '1'));
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.serving('b'), watched.loads], [{ '': 'a1' }, { 1: 'b1' }, []]);
});

test('what could not be reached is tried again after a while, although nothing has changed', async t => {
  const watched = await Watched.begin(t);
  watched.outOfReach = 'b2 new';
  watched.write('b/2/model.joblib', 'b2 new');
  await watched.settle();
  await until(() => watched.loads.length === 1);
  watched.outOfReach = '';
  await watched.settle();
  assert.deepEqual([watched.serving('b')[2], watched.loads], ['b2', ['b2 new']]);
  watched.clock.advance(30_000);
  await watched.settle();
  await until(() => watched.serving('b')[2] === 'b2 new');
  assert.deepEqual(watched.loads, ['b2 new', 'b2 new']);
});

test('what could not be reached at the start is tried again as well', async t => {
  const watched = await Watched.begin(t);
  watched.watcher.loadFailed('a', new ServerError('UNAVAILABLE', 'its worker stopped'));
  await watched.settle();
  assert.deepEqual(watched.loads, [], 'only who says so is tried again');
  await watched.registry.setDesired('a', []);
  watched.watcher.loadFailed('a', awayFor(30));
  await watched.settle();
  assert.deepEqual(watched.loads, []);
  watched.clock.advance(30_000);
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a1');
});

test('a repository that goes away for a while takes no model with it', async t => {
  const watched = await Watched.begin(t);
  const away = `${watched.root}-away`;
  renameSync(watched.root, away);
  for (let look = 1; look <= 3; look++) {
    await watched.watcher.look();
    watched.clock.advance(SETTLE_MS);
  }
  await watched.log.find(/^Failed load model settings at .*: the model repository .* is not there any more$/);
  renameSync(away, watched.root);
  watched.remove('a');
  await watched.settle();
  await until(() => !('' in watched.serving('a')));
  assert.deepEqual([watched.serving('b'), watched.loads], [{ 1: 'b1', 2: 'b2' }, []]);
});

test('folders are replaced by renaming, and by links as Kubernetes mounts them', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'linked/..one/model-settings.json': SKLEARN,
    'linked/..one/model.joblib': 'one',
  });
  const linked = (name: string) => join(watched.root, 'linked', name);
  symlinkSync('..one', linked('..data'));
  for (const file of ['model-settings.json', 'model.joblib']) symlinkSync(`..data/${file}`, linked(file));
  watched.write('next/model-settings.json', version('b', '2'));
  watched.write('next/model.joblib', 'renamed');
  renameSync(join(watched.root, 'b/2'), join(watched.root, '.old'));
  renameSync(join(watched.root, 'next'), join(watched.root, 'b/2'));
  await watched.settle();
  await until(() => watched.serving('linked')[''] === 'one' && watched.serving('b')[2] === 'renamed');

  mkdirSync(linked('..two'));
  watched.write('linked/..two/model-settings.json', SKLEARN);
  watched.write('linked/..two/model.joblib', 'two');
  symlinkSync('..two', linked('..new'));
  renameSync(linked('..new'), linked('..data'));
  watched.remove('linked/..one');
  await watched.settle();
  await until(() => watched.serving('linked')[''] === 'two');
  assert.deepEqual(watched.loads.toSorted(), ['one', 'renamed', 'two']);
});

test('of version folders the newest that fits takes over, and gives way when it goes', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'c/model-settings.json': { ...SKLEARN, aspired_version: '1.x' },
    'c/1.0.0/model.joblib': 'c1.0',
  });
  watched.write('c/1.1.0/model.joblib', 'c1.1');
  watched.write('c/2.0.0/model.joblib', 'c2');
  await watched.settle();
  await until(() => '1.1.0' in watched.serving('c') && !('1.0.0' in watched.serving('c')));

  watched.write('c/1.2.0/model.joblib', 'bad');
  await watched.settle();
  await until(() => watched.loads.includes('bad'));
  assert.deepEqual(watched.serving('c'), { '1.1.0': 'c1.1' });

  watched.remove('c/1.2.0');
  watched.write('c/1.1.0/model-settings.json', '{');
  await watched.settle();
  assert.deepEqual(watched.serving('c'), { '1.1.0': 'c1.1' }, 'broken, it still serves');

  watched.remove('c/1.1.0');
  await watched.settle();
  await until(() => '1.0.0' in watched.serving('c') && !('1.1.0' in watched.serving('c')));
  watched.write('c/model-settings.json', { ...SKLEARN, aspired_version: '2.x' });
  await watched.settle();
  await until(() => '2.0.0' in watched.serving('c') && !('1.0.0' in watched.serving('c')));
});

test('a version that was loaded beyond the range goes when its folder does', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'c/model-settings.json': { ...SKLEARN, aspired_version: '1.x' },
    'c/1.0.0/model.joblib': 'c1',
    'c/2.0.0/model.joblib': 'c2',
  });
  await watched.admin.load({ name: 'c', version: '2.0.0' });
  await watched.settle();
  assert.deepEqual(watched.serving('c'), { '1.0.0': 'c1', '2.0.0': 'c2' });
  watched.remove('c/2.0.0');
  await watched.settle();
  await until(() => !('2.0.0' in watched.serving('c')));
  assert.deepEqual([watched.serving('c'), watched.loads], [{ '1.0.0': 'c1' }, ['c2']]);
});

test('a model that was unloaded by hand comes back when it changes', async t => {
  const watched = await Watched.begin(t);
  await watched.admin.unload({ name: 'a' });
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.loads], [{}, []]);
  watched.write('a/model.joblib', 'a2');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a2');
});

test('looks follow one another until it is stopped', async t => {
  const watched = await Watched.begin(t);
  const { clock, watcher } = watched;
  watcher.start();
  watched.write('a/model.joblib', 'a2');
  for (let look = 1; look <= 2; look++) {
    clock.advance(1000);
    await until(() => clock.pendingTimers === 1);
  }
  await until(() => watched.serving('a')[''] === 'a2');
  watcher.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a look comes as soon as a change may have settled, and at its own pace when the change is gone', async t => {
  const watched = await Watched.begin(t, MODELS, 500);
  const { clock, watcher, repository } = watched;
  let looks = 0;
  const list = repository.list.bind(repository);
  t.mock.method(repository, 'list', () => {
    looks++;
    return list();
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await until(() => clock.pendingTimers === 1);
  };
  watcher.start();
  watched.write('a/model.joblib', 'a2');
  await pass(500);
  await pass(500);
  assert.deepEqual([looks, watched.loads], [2, []]);
  await pass(SETTLE_MS - 500);
  await until(() => watched.serving('a')[''] === 'a2');

  watched.write('gone/model-settings.json', SKLEARN);
  await pass(500);
  watched.remove('gone');
  await pass(500);
  looks = 0;
  for (let i = 0; i < 5; i++) await pass(100);
  assert.equal(looks, 1);
  watcher.stop();
});

test('a repository that cannot be listed changes nothing, and is told once', async t => {
  const watched = await Watched.begin(t);
  const { repository } = watched;
  t.mock.method(repository, 'list', async () => {
    throw new ServerError('RESOURCE_EXHAUSTED', 'too many folders');
  });
  await watched.watcher.look();
  await watched.watcher.look();
  const told = watched.log.all.filter(({ message }) => message.includes('too many folders'));
  assert.deepEqual(
    told.map(({ message }) => message),
    ['The model repository cannot be read: too many folders'],
  );
  assert.equal(basename(watched.root), 'root');
});
