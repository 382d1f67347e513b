import type { WorkerId } from '../pool/worker-pool.js';

/** The workers that hold the wanted models, and how many frames each has in flight. */
export class WorkerSlots {
  private readonly inFlight = new Map<WorkerId, number>();
  private readonly resting = new Set<WorkerId>();
  /** Models, by key, that a worker could not load. */
  private readonly lacking = new Map<WorkerId, ReadonlySet<string>>();

  constructor(private readonly slotsPerWorker: number) {}

  get ready(): number {
    return this.inFlight.size;
  }

  /** Whether a worker has nothing to do. */
  get idle(): boolean {
    for (const [worker, frames] of this.inFlight) if (frames === 0 && !this.resting.has(worker)) return true;
    return false;
  }

  add(worker: WorkerId, lacks: readonly string[] = []): void {
    this.inFlight.set(worker, 0);
    if (lacks.length > 0) this.lacking.set(worker, new Set(lacks));
  }

  remove(worker: WorkerId): void {
    this.inFlight.delete(worker);
    this.resting.delete(worker);
    this.lacking.delete(worker);
  }

  /** Gives the worker nothing more until it resumes; does nothing if no other one would be left. */
  rest(worker: WorkerId): void {
    if ([...this.inFlight.keys()].some(other => other !== worker && !this.resting.has(other))) this.resting.add(worker);
  }

  resume(worker: WorkerId): void {
    this.resting.delete(worker);
  }

  /** Whether some worker has room for one more frame. */
  get free(): boolean {
    for (const [worker, frames] of this.inFlight) {
      if (frames < this.slotsPerWorker && !this.resting.has(worker)) return true;
    }
    return false;
  }

  /** The worker with the fewest frames that has the model and room for one more; one without the model if none has it. */
  freeFor(model: string): WorkerId | undefined {
    const someoneHasIt =
      this.lacking.size === 0 || [...this.inFlight.keys()].some(worker => !this.lacks(worker, model));
    let best: WorkerId | undefined;
    let fewest = this.slotsPerWorker;
    for (const [worker, frames] of this.inFlight) {
      if (frames >= fewest || this.resting.has(worker) || (someoneHasIt && this.lacks(worker, model))) continue;
      fewest = frames;
      best = worker;
    }
    return best;
  }

  /** How ill a worker suits what takes no slot: 0 for well, 1 when it rests, 2 and more when it has not the model. */
  unfitness(worker: WorkerId, model: string): number {
    return Number(this.resting.has(worker)) + 2 * Number(this.lacks(worker, model));
  }

  private lacks(worker: WorkerId, model: string): boolean {
    return this.lacking.get(worker)?.has(model) === true;
  }

  take(worker: WorkerId): void {
    this.inFlight.set(worker, this.inFlight.get(worker)! + 1);
  }

  /** Does nothing for a worker that was lost, or lost and replaced, in the meantime. */
  release(worker: WorkerId): void {
    const frames = this.inFlight.get(worker);
    if (frames !== undefined && frames > 0) this.inFlight.set(worker, frames - 1);
  }
}
