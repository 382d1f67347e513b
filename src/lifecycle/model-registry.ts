import type { ScheduledModel } from '../batching/scheduled-model.js';
import type { Scheduler } from '../batching/scheduler.js';
import { errorFromData, ServerError, toServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { ModelRef } from '../core/protocol.js';
import type { Telemetry } from '../core/telemetry.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import { defaultVersion } from '../repository/version.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { RuntimeSpec } from '../wire/messages.js';
import { ModelVersion } from './model-version.js';

/** Turns an artifact into what a worker can load, or rejects with the reason why it cannot be served. */
export type PrepareModel = (spec: ModelSpec) => Promise<RuntimeSpec>;

export interface RegistryOptions {
  readonly pool: WorkerPool;
  readonly scheduler: Scheduler;
  readonly telemetry: Telemetry;
  readonly prepare: PrepareModel;
  /** Queue and batch limits of a model, from its settings and the server's. */
  readonly schedule: (spec: ModelSpec, key: string, model: ModelInterface) => ScheduledModel;
}

/** One worker from when it joined until it was lost; its replacement is another one. */
type WorkerLife = { readonly worker: WorkerId };

/** A model during whose loading workers stop as often as this is to blame for it. */
const MAX_LOSSES = 3;

/** The versions of one name. */
interface ModelFamily {
  /** What answers requests, by version ('' for none). */
  readonly serving: Map<string, ModelVersion>;
  /** What was tried last and is not serving: loading or failed. */
  readonly pending: Map<string, ModelVersion>;
  /** Ends when all that was asked before is done: load and unload take effect in the order they came. */
  queue: Promise<unknown>;
}

/**
 * Which model versions should be served, and which are. `setDesired` is the only way to change that; requests take a version
 * with `acquire`, which never waits. A new generation is loaded by every worker before the old one drains, so a reload that
 * fails changes nothing for clients.
 */
export class ModelRegistry {
  private readonly families = new Map<string, ModelFamily>();
  private readonly workers = new Map<WorkerId, WorkerLife>();
  private joinListeners: (() => void)[] = [];
  /** Ends when all have loaded that were told to do so by themselves. */
  private loadingAlone: Promise<unknown> = Promise.resolve();
  private generation = 0;

  constructor(private readonly options: RegistryOptions) {}

  /** Takes a version for one request; the caller must `release` it. Throws NOT_FOUND or FAILED_PRECONDITION (not ready). */
  acquire(target: ModelRef): ModelVersion {
    const version = this.find(target);
    if (version.state !== 'ready') throw new ServerError('FAILED_PRECONDITION', `${nameOf(target)} is not ready yet.`);
    version.acquire();
    return version;
  }

  /** The version that answers, or is meant to. Throws NOT_FOUND. */
  find(target: ModelRef): ModelVersion {
    const family = this.families.get(target.name);
    if (family === undefined) throw notFound(target);
    const { serving, pending } = family;
    const known = [...(serving.size > 0 ? serving : pending).keys()].map(version => version || undefined);
    const key = target.version || defaultVersion(known);
    const version = serving.get(key ?? '') ?? pending.get(key ?? '');
    if (version === undefined || version.state === 'failed') throw notFound(target);
    return version;
  }

  /** Every version, serving or not, in no particular order. */
  *versions(): Iterable<ModelVersion> {
    for (const { serving, pending } of this.families.values()) {
      yield* serving.values();
      yield* pending.values();
    }
  }

  /**
   * Makes exactly these versions of a model serve: loads (again) what is given, drains what is left out; an empty list unloads
   * the model. Rejects with the first failure after all have been tried; versions that served before go on.
   */
  setDesired(name: string, specs: readonly ModelSpec[]): Promise<void> {
    const family = this.family(name);
    const done = family.queue.then(() => this.reconcile(family, specs));
    family.queue = done.catch(() => {});
    return done;
  }

  /** A new worker: it loads everything that serves before it may take requests. */
  async workerJoined(worker: WorkerId): Promise<void> {
    const life = { worker };
    this.workers.set(worker, life);
    for (const listener of this.joinListeners.splice(0)) listener();
    const { pool, scheduler, telemetry } = this.options;
    for (const version of this.ready()) {
      if (version.state !== 'ready') continue;
      try {
        const answer = await pool.load(worker, version.replica!);
        if (!answer.ok) telemetry.modelState(version.label, 'failed', `in a new worker: ${answer.error.message}`);
      } catch {
        return;
      }
    }
    if (this.workers.get(worker) !== life) return;
    scheduler.workerReady(worker);
    telemetry.workerState(worker, 'joined');
  }

  workerLost(worker: WorkerId, reason: string): void {
    this.workers.delete(worker);
    this.options.scheduler.workerLost(worker);
    this.options.telemetry.workerState(worker, 'lost', reason);
  }

  private ready(): ModelVersion[] {
    return [...this.versions()].filter(version => version.state === 'ready');
  }

  private family(name: string): ModelFamily {
    let family = this.families.get(name);
    if (family === undefined) {
      family = { serving: new Map(), pending: new Map(), queue: Promise.resolve() };
      this.families.set(name, family);
    }
    return family;
  }

  private async reconcile(family: ModelFamily, specs: readonly ModelSpec[]): Promise<void> {
    const loads = await Promise.allSettled(specs.map(spec => this.load(family, spec)));
    const wanted = new Set(specs.map(spec => spec.version ?? ''));
    for (const [key, version] of family.serving) {
      if (wanted.has(key)) continue;
      family.serving.delete(key);
      void this.retire(version);
    }
    for (const key of family.pending.keys()) if (!wanted.has(key)) family.pending.delete(key);
    const failure = loads.find(load => load.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  private async load(family: ModelFamily, spec: ModelSpec): Promise<void> {
    const { telemetry, prepare, schedule } = this.options;
    const key = spec.version ?? '';
    const version = new ModelVersion(spec, ++this.generation, ({ label, state, reason }) =>
      telemetry.modelState(label, state, reason),
    );
    family.pending.set(key, version);
    try {
      const runtime = await prepare(spec);
      version.replica = { key: version.key, name: spec.name, version: spec.version, runtime };
      version.model = await this.loadEverywhere(version);
      version.scheduled = schedule(spec, version.key, version.model);
    } catch (error) {
      const failure = toServerError(error);
      version.moveTo('failed', failure.message);
      void this.unloadEverywhere(version);
      throw failure;
    }
    const old = family.serving.get(key);
    version.moveTo('ready');
    family.serving.set(key, version);
    family.pending.delete(key);
    if (old !== undefined) void this.retire(old);
  }

  /**
   * Loads into every worker, those included that join meanwhile. When a worker stops on the way, this or what was loaded beside
   * it is at fault: it goes on by itself.
   */
  private async loadEverywhere(version: ModelVersion): Promise<ModelInterface> {
    const loaded = new Set<WorkerLife>();
    const load = () => this.loadIntoMissing(version, loaded);
    let model: ModelInterface | undefined;
    let losses = 0;
    while (model === undefined || this.missing(loaded).length > 0) {
      if (losses === MAX_LOSSES) throw new ServerError('UNAVAILABLE', 'the worker stopped while it loaded the model');
      const round = await (losses === 0 ? load() : this.alone(load));
      model ??= round.model;
      if (round.lost) losses++;
    }
    return model;
  }

  private missing(loaded: ReadonlySet<WorkerLife>): WorkerLife[] {
    return [...this.workers.values()].filter(life => !loaded.has(life));
  }

  /** Loads into all workers that have not, at least one. Throws when one says that it cannot, after all have said something. */
  private async loadIntoMissing(
    version: ModelVersion,
    loaded: Set<WorkerLife>,
  ): Promise<{ model?: ModelInterface; lost: boolean }> {
    while (this.missing(loaded).length === 0) await new Promise<void>(resolve => this.joinListeners.push(resolve));
    const lives = this.missing(loaded);
    for (const life of lives) loaded.add(life);
    const loads = await Promise.allSettled(lives.map(({ worker }) => this.options.pool.load(worker, version.replica!)));
    let model: ModelInterface | undefined;
    for (const load of loads) {
      if (load.status === 'rejected') continue;
      if (!load.value.ok) throw errorFromData(load.value.error);
      model = load.value.model;
    }
    return { model, lost: loads.some(load => load.status === 'rejected') };
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.loadingAlone.then(work);
    this.loadingAlone = done.catch(() => {});
    return done;
  }

  private async retire(version: ModelVersion): Promise<void> {
    version.moveTo('draining');
    await version.free();
    if (version.scheduled !== undefined) this.options.scheduler.forget(version.scheduled);
    await this.unloadEverywhere(version);
    version.moveTo('unloaded');
  }

  private async unloadEverywhere(version: ModelVersion): Promise<void> {
    await Promise.allSettled([...this.workers.keys()].map(worker => this.options.pool.unload(worker, version.key)));
  }
}

function nameOf({ name, version }: ModelRef): string {
  return version ? `Model ${name} with version ${version}` : `Model ${name}`;
}

function notFound(target: ModelRef): ServerError {
  return new ServerError('NOT_FOUND', `${nameOf(target)} not found`);
}
