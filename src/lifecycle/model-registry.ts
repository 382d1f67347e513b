import { ServerError, stopping } from '../core/errors.js';
import { type ModelRef, modelText } from '../core/protocol.js';
import type { WorkerId } from '../pool/worker-pool.js';
import type { ModelSpec } from '../settings/model-spec.js';
import { ModelFamily } from './model-family.js';
import type { ModelVersion } from './model-version.js';
import { Replicas, type ReplicasOptions } from './replicas.js';
import { type LoaderOptions, VersionLoader } from './version-loader.js';

export interface RegistryOptions extends LoaderOptions, ReplicasOptions {}

/**
 * Which model versions should be served, and which are. `setDesired` is the only way to change that; requests take a version
 * with `acquire`, which never waits. A new generation is loaded by every worker before the old one drains, so a reload that
 * fails changes nothing for clients.
 */
export class ModelRegistry {
  private readonly families = new Map<string, ModelFamily>();
  private readonly replicas: Replicas;
  private readonly loader: VersionLoader;
  private stopped: ServerError | undefined;

  constructor(private readonly options: RegistryOptions) {
    this.replicas = new Replicas(options);
    this.loader = new VersionLoader(options, this.replicas);
  }

  /** Takes a version for one request; the caller must `release` it. Throws NOT_FOUND or FAILED_PRECONDITION (not ready). */
  acquire(target: ModelRef): ModelVersion {
    const version = this.find(target);
    if (version.state !== 'ready')
      throw new ServerError('FAILED_PRECONDITION', `${modelText(target)} is not ready yet.`);
    version.acquire();
    return version;
  }

  /** The version that answers, or is meant to. Throws NOT_FOUND. */
  find(target: ModelRef): ModelVersion {
    const version = this.families.get(target.name)?.find(target.version);
    if (version === undefined) throw new ServerError('NOT_FOUND', `${modelText(target)} not found`);
    return version;
  }

  /** Every version, serving or not, in no particular order. */
  *versions(): Iterable<ModelVersion> {
    for (const family of this.families.values()) yield* family.versions();
  }

  /** The versions of a model that should be served, as they were last asked for. */
  desired(name: string): readonly ModelSpec[] {
    return this.families.get(name)?.desired ?? [];
  }

  /**
   * Makes exactly these versions of a model serve: loads what is given, drains what is left out; an empty list unloads the model. The
   * very specs that are desired already are left alone, any others are loaded, again if they serve. Rejects with the first failure
   * after all have been tried; what served before goes on then. ABORTED tells that a later call left out what this one
   * asked for; UNAVAILABLE, that the server stops.
   */
  async setDesired(name: string, specs: readonly ModelSpec[]): Promise<void> {
    if (this.stopped !== undefined) throw this.stopped;
    let family = this.families.get(name);
    if (family === undefined) {
      family = new ModelFamily(this.loader);
      this.families.set(name, family);
    }
    await family.setDesired(specs);
  }

  /** From now on nothing is loaded or unloaded: who waits for that is told so. What serves goes on. */
  stop(): void {
    this.stopped = stopping();
    for (const family of this.families.values()) family.stop(this.stopped);
  }

  /** A new worker: it loads everything that serves before it may take requests, which for models that it cannot load go elsewhere. */
  async workerJoined(worker: WorkerId): Promise<void> {
    const { scheduler, telemetry } = this.options;
    const ready = [...this.versions()].filter(version => version.state === 'ready');
    const refused = await this.replicas.join(worker, ready);
    if (refused === undefined) return;
    for (const { label, reason } of refused) telemetry.modelState(label, 'failed', reason);
    scheduler.workerReady(
      worker,
      refused.map(({ key }) => key),
    );
    telemetry.workerState(worker, 'joined');
  }

  workerLost(worker: WorkerId, reason: string): void {
    this.replicas.lose(worker);
    this.options.scheduler.workerLost(worker);
    this.options.telemetry.workerState(worker, 'lost', reason);
  }
}
