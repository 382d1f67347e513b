/** A queue at one moment, as far as a decision needs it. Times are milliseconds of the server's clock. */
export interface QueueSnapshot {
  readonly requests: number;
  readonly rows: number;
  /** Arrival of the first request in line. */
  readonly oldestAt: number;
  /** Arrival of the last one. */
  readonly newestAt: number;
  readonly maxBatchSize: number;
  readonly maxBatchTimeMs: number;
  /** Callers who were answered lately and have not come back yet. */
  readonly expectedRequests: number;
  /** Usual time between two arrivals. */
  readonly arrivalGapMs: number;
  /** What the model usually takes for a batch. */
  readonly inferenceMs: number;
}

export type BatchDecision =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'dispatch'; readonly rows: number };

export type BatchPolicy = (queue: QueueSnapshot, now: number) => BatchDecision;

/** Gaps to wait for the next expected caller before going without. */
const PATIENCE = 3;
/** Shorter waits than a timer can keep are not worth it. */
const SHORTEST_WAIT_MS = 1;

/**
 * Asked when a worker is free. A batch leaves when it is full or its oldest request has waited its time; before that it waits
 * only for callers that are likely to come, no longer than a few of the gaps in which they use to come, nor than the model
 * takes for a batch, for then going twice is quicker. So a lone client never waits, nor does anybody for a quick model:
 * requests that come while its worker is busy share the next batch anyway.
 */
export const adaptive: BatchPolicy = (queue, now) => {
  if (queue.requests === 0) return { kind: 'idle' };
  const dispatch: BatchDecision = { kind: 'dispatch', rows: queue.maxBatchSize };
  const windowEnds = queue.oldestAt + queue.maxBatchTimeMs;
  if (queue.rows >= queue.maxBatchSize || now >= windowEnds || queue.expectedRequests < 1) return dispatch;
  const patienceMs = Math.min(PATIENCE * queue.arrivalGapMs, queue.inferenceMs);
  const until = Math.min(windowEnds, queue.newestAt + patienceMs);
  return patienceMs < SHORTEST_WAIT_MS || until <= now ? dispatch : { kind: 'wait', until };
};
