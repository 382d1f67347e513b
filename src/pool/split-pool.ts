import { frameModel } from '../wire/frame.js';
import type { BatchAnswer, LoadAnswer, ModelKey, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';
import type { InlinePool } from './inline-pool.js';
import type { WorkerId, WorkerPool, WorkerPoolEvents } from './worker-pool.js';

/**
 * Threads for all models but those that are to run in the front's own thread: these have one replica there, whichever worker a
 * frame or command names. It takes a place among the worker's frames all the same, and is not lost with the worker.
 */
export class SplitPool implements WorkerPool {
  /** What the load of each replica in the front said. */
  private readonly inFront = new Map<ModelKey, Promise<LoadAnswer>>();

  constructor(
    private readonly threads: WorkerPool,
    private readonly front: InlinePool,
  ) {}

  start(events: WorkerPoolEvents): void {
    this.threads.start(events);
  }

  infer(worker: WorkerId, frame: ArrayBuffer): Promise<BatchAnswer> {
    return this.poolOf(frame).infer(worker, frame);
  }

  stream(worker: WorkerId, frame: ArrayBuffer): AsyncIterator<BatchAnswer, undefined> {
    return this.poolOf(frame).stream(worker, frame);
  }

  load(worker: WorkerId, spec: ReplicaSpec): Promise<LoadAnswer> {
    if (spec.inFront !== true) return this.threads.load(worker, spec);
    let loading = this.inFront.get(spec.key);
    if (loading === undefined) {
      loading = this.front.load(worker, spec);
      this.inFront.set(spec.key, loading);
    }
    return loading;
  }

  unload(worker: WorkerId, key: ModelKey): Promise<UnloadAnswer> {
    return this.inFront.delete(key) ? this.front.unload(worker, key) : this.threads.unload(worker, key);
  }

  kill(worker: WorkerId, reason: string): void {
    this.threads.kill(worker, reason);
  }

  async close(): Promise<void> {
    await this.threads.close();
    await this.front.close();
  }

  /** Reads the frame only where somebody runs in the front. */
  private poolOf(frame: ArrayBuffer): WorkerPool {
    return this.inFront.size > 0 && this.inFront.has(frameModel(frame)) ? this.front : this.threads;
  }
}
