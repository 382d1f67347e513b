import type { BatchAnswer, LoadAnswer, ReplicaSpec, UnloadAnswer } from '../wire/messages.js';

/** A place for a worker, 0 .. parallel_workers - 1. A replacement takes the place of the one that was lost. */
export type WorkerId = number;

export interface WorkerPoolEvents {
  /** An empty worker is there: it has no models yet. */
  joined(worker: WorkerId): void;
  /** The worker is gone with its replicas; everything it was doing has been rejected or is about to be. */
  lost(worker: WorkerId, reason: string): void;
}

/**
 * The threads that hold the replicas. Promises reject with UNAVAILABLE when the worker is lost, and with nothing else: what
 * goes wrong inside a model comes back as data.
 */
export interface WorkerPool {
  /** Starts the workers; `joined` tells when each is there. */
  start(events: WorkerPoolEvents): void;
  /** Moves the frame: it is empty for the caller afterwards, also when the promise rejects. */
  infer(worker: WorkerId, frame: ArrayBuffer): Promise<BatchAnswer>;
  /**
   * The answers of a model that streams; the frame holds one request and is moved. Each is made when it is asked for, one at a time;
   * a failure of the model is the last of them. `return` ends the stream at once.
   */
  stream(worker: WorkerId, frame: ArrayBuffer): AsyncIterator<BatchAnswer, undefined>;
  load(worker: WorkerId, spec: ReplicaSpec): Promise<LoadAnswer>;
  unload(worker: WorkerId, key: string): Promise<UnloadAnswer>;
  /** Ends a worker that does not answer any more; `lost` follows, then `joined` of its replacement. */
  kill(worker: WorkerId, reason: string): void;
  close(): Promise<void>;
}
