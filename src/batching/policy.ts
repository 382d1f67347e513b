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
  /** Usual time a batch is away. */
  readonly serviceMs: number;
}

export type BatchDecision =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'dispatch'; readonly rows: number };

export type BatchPolicy = (queue: QueueSnapshot, now: number) => BatchDecision;

/** Gaps to wait for the next expected caller before going without. */
const PATIENCE = 3;

/**
 * Asked when a worker is free. A batch leaves when it is full or its oldest request has waited its time; before that it waits
 * only for callers that are likely to come: no longer than a few of the gaps in which they use to come, nor than a batch takes
 * to be served, for then going twice is quicker. So a lone client never waits, and a steady crowd fills its batches.
 */
export const adaptive: BatchPolicy = (queue, now) => {
  if (queue.requests === 0) return { kind: 'idle' };
  const dispatch: BatchDecision = { kind: 'dispatch', rows: queue.maxBatchSize };
  const windowEnds = queue.oldestAt + queue.maxBatchTimeMs;
  if (queue.rows >= queue.maxBatchSize || now >= windowEnds || queue.expectedRequests < 1) return dispatch;
  const until = Math.min(windowEnds, queue.newestAt + Math.min(PATIENCE * queue.arrivalGapMs, queue.serviceMs));
  return until <= now ? dispatch : { kind: 'wait', until };
};
