import type { BatchAnswer, LoadAnswer, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';
import type { WorkerId, WorkerPool, WorkerPoolEvents } from './worker-pool.js';

/** What a worker thread does, reachable without one. */
export interface InlineHost {
  infer(frame: ArrayBuffer): Promise<BatchAnswer>;
  load(spec: ReplicaSpec): Promise<LoadAnswer>;
  unload(key: string): Promise<UnloadAnswer>;
}

/** `parallel_workers: 0`: one worker that is the front's own thread. It can not be lost. */
export class InlinePool implements WorkerPool {
  constructor(private readonly host: InlineHost) {}

  start(events: WorkerPoolEvents): void {
    queueMicrotask(() => events.joined(0));
  }

  infer(_worker: WorkerId, frame: ArrayBuffer): Promise<BatchAnswer> {
    return this.host.infer(frame);
  }

  load(_worker: WorkerId, spec: ReplicaSpec): Promise<LoadAnswer> {
    return this.host.load(spec);
  }

  unload(_worker: WorkerId, key: string): Promise<UnloadAnswer> {
    return this.host.unload(key);
  }

  kill(): void {}

  async close(): Promise<void> {}
}
