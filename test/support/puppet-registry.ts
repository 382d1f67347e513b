import { setImmediate as nextTurn } from 'node:timers/promises';
import { adaptive } from '../../src/batching/policy.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { modelScheduling } from '../../src/batching/scheduling.js';
import { RequestContext } from '../../src/core/context.js';
import { DataPlane } from '../../src/dataplane/dataplane.js';
import { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import { NO_WARM_UP, type WarmUp } from '../../src/lifecycle/warm-up.js';
import { Environment } from '../../src/settings/env.js';
import { entriesOf } from '../../src/settings/json-object.js';
import { modelSettings } from '../../src/settings/model-settings.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { FakeClock } from './fake-clock.js';
import { rowsRequest } from './models.js';
import { PuppetPool } from './puppet-pool.js';
import { SilentTelemetry } from './silent-telemetry.js';

/** A version as the repository holds it; `artifact` is what `prepare` gets to see. */
export function modelSpec(name: string, version?: string, artifact = `/${name}`): ModelSpec {
  const values = entriesOf({
    name,
    implementation: 'mlserver_sklearn.SKLearnModel',
    parameters: { version: version ?? null },
  });
  const { settings } = modelSettings(
    { values, warnings: [] },
    { source: name, folder: `/${name}` },
    new Environment({}),
  );
  return { name, version, settings, folder: `/${name}`, artifact, implementation: settings.implementation };
}

/** A registry whose workers are puppets; worker 0 is there. */
export class PuppetRegistry {
  readonly pool = new PuppetPool();
  readonly telemetry = new SilentTelemetry();
  readonly registry: ModelRegistry;
  readonly dataPlane: DataPlane;
  /** What makes a plan of an artifact; files that cannot be converted are made by replacing it. */
  prepare: (artifact: string) => Promise<string> = async artifact => `${artifact}.plan`;
  warmUp: WarmUp = NO_WARM_UP;
  private readonly clock = new FakeClock();

  constructor() {
    const { pool, clock, telemetry } = this;
    const scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    const registry = new ModelRegistry({
      pool,
      scheduler,
      clock,
      telemetry,
      prepare: async ({ artifact }) => ({ kind: 'plan', file: await this.prepare(artifact) }),
      planWarmUp: async () => this.warmUp,
      schedule: modelScheduling(serverSettings()),
      loadTimeoutMs: () => Number.POSITIVE_INFINITY,
    });
    this.registry = registry;
    const server = { name: 's', version: '1', extensions: [] };
    this.dataPlane = new DataPlane({ registry, scheduler, telemetry, server });
    pool.start({
      joined: worker => void registry.workerJoined(worker),
      lost: (worker, reason) => registry.workerLost(worker, reason),
    });
    pool.join(0);
  }

  /** What workers were told to load: `0 m@1#1`, by worker and key. */
  get loaded(): string[] {
    return this.pool.loads.map(({ worker, spec: { key } }) => `${worker} ${key}`);
  }

  /** Asks and lets the request go to its worker; answers are the test's. */
  async ask(name: string) {
    const context = new RequestContext(Number.POSITIVE_INFINITY, {});
    const answer = this.dataPlane.infer(context, { name }, rowsRequest([1]));
    answer.catch(() => {});
    await nextTurn();
    this.clock.endTurn();
    await nextTurn();
    return { answer, frame: this.pool.frames.at(-1)! };
  }
}
