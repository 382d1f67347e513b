import type { ScheduledModel } from '../batching/scheduled-model.js';
import type { Scheduler } from '../batching/scheduler.js';
import { ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { Telemetry } from '../core/telemetry.js';
import { runsInFront } from '../settings/model-settings.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { RuntimeSpec } from '../wire/messages.js';
import { ModelVersion } from './model-version.js';
import type { Replicas } from './replicas.js';

/** Turns an artifact into what a worker can load, or rejects with the reason why it cannot be served. */
export type PrepareModel = (spec: ModelSpec) => Promise<RuntimeSpec>;

export interface LoaderOptions {
  readonly scheduler: Scheduler;
  readonly telemetry: Telemetry;
  readonly prepare: PrepareModel;
  /** Queue and batch limits of a model, from its settings and the server's. */
  readonly schedule: (spec: ModelSpec, key: string, model: ModelInterface) => ScheduledModel;
}

/** A file that is written to while it is loaded is tried again so often. */
const MAX_ATTEMPTS = 3;

/** The way of one generation into all workers, and out of them. */
export class VersionLoader {
  private generation = 0;

  constructor(
    private readonly options: LoaderOptions,
    private readonly replicas: Replicas,
  ) {}

  create(spec: ModelSpec): ModelVersion {
    const { telemetry } = this.options;
    return new ModelVersion(spec, ++this.generation, ({ label, state, reason }) =>
      telemetry.modelState(label, state, reason),
    );
  }

  /**
   * Loads into every worker; the version can answer then, and is still to be made `ready`. On failure no worker keeps it. Ends early
   * for a version that nobody wants any more.
   */
  async load(version: ModelVersion): Promise<void> {
    for (let attempt = 1; version.state === 'loading'; attempt++) {
      try {
        return await this.loadOnce(version);
      } catch (error) {
        const unloaded = this.replicas.unload(version);
        const changed = error instanceof ServerError && error.code === 'ABORTED';
        if (!changed || attempt === MAX_ATTEMPTS) throw error;
        await unloaded;
      }
    }
  }

  private async loadOnce(version: ModelVersion): Promise<void> {
    const { prepare, schedule } = this.options;
    const { spec, key } = version;
    const inFront = runsInFront(spec.settings);
    version.replica = { key, name: spec.name, version: spec.version, inFront, runtime: await prepare(spec) };
    if (version.state !== 'loading') return;
    version.model = await this.replicas.load(version);
    version.scheduled = schedule(spec, key, version.model);
  }

  /** Ends a version: once its last answer is out, or `loading` - which nobody waits for any more - has settled. */
  async retire(version: ModelVersion, loading?: Promise<unknown>): Promise<void> {
    version.moveTo('draining');
    await loading;
    await version.free();
    if (version.scheduled !== undefined) this.options.scheduler.forget(version.scheduled);
    await this.replicas.unload(version);
    version.moveTo('unloaded');
  }
}
