import type { WorkerId } from '../pool/worker-pool.js';

/** The workers that hold every wanted model, and how many frames each has in flight. */
export class WorkerSlots {
  private readonly inFlight = new Map<WorkerId, number>();
  private readonly resting = new Set<WorkerId>();

  constructor(private readonly slotsPerWorker: number) {}

  get ready(): number {
    return this.inFlight.size;
  }

  /** Whether a worker has nothing to do. */
  get idle(): boolean {
    for (const [worker, frames] of this.inFlight) if (frames === 0 && !this.resting.has(worker)) return true;
    return false;
  }

  add(worker: WorkerId): void {
    this.inFlight.set(worker, 0);
  }

  remove(worker: WorkerId): void {
    this.inFlight.delete(worker);
    this.resting.delete(worker);
  }

  /** Gives the worker nothing more until it resumes; does nothing if no other one would be left. */
  rest(worker: WorkerId): void {
    for (const other of this.inFlight.keys()) {
      if (other === worker || this.resting.has(other)) continue;
      this.resting.add(worker);
      return;
    }
  }

  resume(worker: WorkerId): void {
    this.resting.delete(worker);
  }

  /** The worker with the fewest frames that has room for one more. */
  free(): WorkerId | undefined {
    let best: WorkerId | undefined;
    let fewest = this.slotsPerWorker;
    for (const [worker, frames] of this.inFlight) {
      if (frames < fewest && !this.resting.has(worker)) {
        fewest = frames;
        best = worker;
      }
    }
    return best;
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
