import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchAnswer, LoadAnswer, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';
import type { WorkerId, WorkerPool, WorkerPoolEvents } from './worker-pool.js';

/** What a worker thread does, reachable without one. */
export interface InlineHost {
  infer(frame: ArrayBuffer): Promise<BatchAnswer>;
  stream(frame: ArrayBuffer, signal: AbortSignal): AsyncIterator<BatchAnswer, undefined>;
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

  stream(_worker: WorkerId, frame: ArrayBuffer): AsyncIterator<BatchAnswer, undefined> {
    const ended = new AbortController();
    const answers = this.host.stream(frame, ended.signal);
    return {
      async next() {
        // A model that waits for nothing would make answers until the connection is full, and nobody else had a turn.
        await nextTurn();
        return answers.next();
      },
      return: () => {
        ended.abort();
        return answers.return!();
      },
    };
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
