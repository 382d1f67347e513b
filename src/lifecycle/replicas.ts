import { errorFromData, errorToData, ServerError } from '../core/errors.js';
import type { ModelInterface } from '../core/model-interface.js';
import type { WorkerId } from '../pool/worker-pool.js';
import type { LoadAnswer } from '../wire/messages.js';
import { LoadTurns } from './load-turns.js';
import { LoadWatch, type LoadWatchOptions } from './load-watch.js';
import type { ModelVersion } from './model-version.js';
import { type PlanWarmUp, warmUp } from './warm-up.js';

export interface ReplicasOptions extends LoadWatchOptions {
  /** What a replica is asked before it counts as loaded. */
  readonly planWarmUp: PlanWarmUp;
}

/** One worker from when it joined until it was lost; its replacement is another one. */
type WorkerLife = { readonly worker: WorkerId };

/** What workers said to a load: the model, and whether one stopped instead of saying anything. */
interface Round {
  readonly model?: ModelInterface;
  readonly lost: boolean;
}

/** A model during whose loading workers stop as often as this is to blame for it. */
const MAX_LOSSES = 3;

/** The workers there are, and the loading and unloading of replicas in all of them. */
export class Replicas {
  private readonly workers = new Map<WorkerId, WorkerLife>();
  private readonly turns: LoadTurns;
  private readonly watch: LoadWatch;
  private joinListeners: (() => void)[] = [];
  /** Ends when all have loaded that were told to do so by themselves. */
  private loadingAlone: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ReplicasOptions) {
    this.turns = new LoadTurns(options.scheduler);
    this.watch = new LoadWatch(options);
  }

  /** Loads the models into a new worker. Resolves with those that it refuses, or undefined when the worker is gone. */
  async join(worker: WorkerId, versions: readonly ModelVersion[]): Promise<ModelVersion[] | undefined> {
    const life = { worker };
    this.workers.set(worker, life);
    for (const listener of this.joinListeners.splice(0)) listener();
    const refused: ModelVersion[] = [];
    for (const version of versions) {
      if (version.state !== 'ready') continue;
      try {
        const answer = await this.loadInto(worker, version);
        // It may have been replaced meanwhile, and unloaded.
        if (answer.ok || version.state !== 'ready') continue;
        version.reason = `worker ${worker} could not load it again: ${answer.error.message}`;
        refused.push(version);
      } catch {
        return undefined;
      }
    }
    return this.workers.get(worker) === life ? refused : undefined;
  }

  lose(worker: WorkerId): void {
    this.workers.delete(worker);
  }

  /**
   * Loads into every worker, those included that join meanwhile. When a worker stops on the way, this or what was loaded beside
   * it is at fault: it goes on by itself. Rejects when a worker says that it cannot.
   */
  async load(version: ModelVersion): Promise<ModelInterface> {
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

  /** From every worker; settles when all have done so, or are gone. */
  async unload(version: ModelVersion): Promise<void> {
    await Promise.allSettled([...this.workers.keys()].map(worker => this.options.pool.unload(worker, version.key)));
  }

  private missing(loaded: ReadonlySet<WorkerLife>): WorkerLife[] {
    return [...this.workers.values()].filter(life => !loaded.has(life));
  }

  /** Loads into all workers that have not, at least one: at once, or one after the other while there are requests. */
  private async loadIntoMissing(version: ModelVersion, loaded: Set<WorkerLife>): Promise<Round> {
    while (this.missing(loaded).length === 0) await new Promise<void>(resolve => this.joinListeners.push(resolve));
    const lives = this.missing(loaded);
    const together = this.options.scheduler.quiet ? lives : lives.slice(0, 1);
    for (const life of together) loaded.add(life);
    const loads = await Promise.allSettled(together.map(({ worker }) => this.loadInTurn(worker, version)));
    let model: ModelInterface | undefined;
    for (const load of loads) {
      if (load.status === 'rejected') continue;
      if (!load.value.ok) throw errorFromData(load.value.error);
      model = load.value.model;
    }
    return { model, lost: loads.some(load => load.status === 'rejected') };
  }

  private loadInTurn(worker: WorkerId, version: ModelVersion): Promise<LoadAnswer> {
    const load = () => this.loadInto(worker, version);
    // What a model of the user's waits for on loading may take long, and does not hold the thread up.
    return version.replica!.runtime.kind === 'custom' ? load() : this.turns.run(worker, load);
  }

  /** Loads and warms up, within the model's time. */
  private loadInto(worker: WorkerId, version: ModelVersion): Promise<LoadAnswer> {
    return this.watch.run(worker, version, () => this.loadAndWarmUp(worker, version));
  }

  private async loadAndWarmUp(worker: WorkerId, version: ModelVersion): Promise<LoadAnswer> {
    const { pool, planWarmUp } = this.options;
    const answer = await pool.load(worker, version.replica!);
    if (!answer.ok) return answer;
    try {
      version.warmUp ??= await planWarmUp(version.spec, answer.model);
    } catch (error) {
      return { ok: false, error: errorToData(error) };
    }
    const failure = await warmUp(pool, worker, version.key, version.warmUp);
    return failure === undefined ? answer : { ok: false, error: failure };
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.loadingAlone.then(work);
    this.loadingAlone = done.catch(() => {});
    return done;
  }
}
