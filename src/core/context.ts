import type { RequestTrace } from './request-trace.js';

/** Milliseconds of the server's clock at which a request reached each hop; 0 until it does. */
export class Timings {
  /** All bytes of the request had arrived. */
  received = 0;
  /** Put into its queue. */
  queued = 0;
  /** Left the queue in a batch. */
  dispatched = 0;
  /** The batch came back from the worker. */
  answered = 0;
  /** Rows of the batch it travelled in. */
  batchRows = 0;
  /** Milliseconds the model itself took, told by the worker. */
  inferenceMs = 0;
}

/**
 * What travels with one request from the transport that made it to the answer. It is mutable in three places only: the transport
 * sets `trace`, the hops write `timings`, and `cancel()` may be called by the transport whose client went away. (A plain flag and
 * a callback, not an AbortSignal: that costs more than the queue does at 25 thousand requests a second.)
 */
export class RequestContext {
  readonly timings = new Timings();
  /** Undefined unless this request is traced. */
  trace: RequestTrace | undefined;
  /** Called once on cancellation; set by whoever holds the request at that moment. */
  onCancel: (() => void) | undefined;
  private gone = false;

  constructor(
    /** Milliseconds of the server's clock after which nobody wants the answer; Infinity for none. */
    readonly deadline: number,
    /** Lower-case names; the last one wins. */
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  get cancelled(): boolean {
    return this.gone;
  }

  /** The client went away. Idempotent. */
  cancel(): void {
    if (this.gone) return;
    this.gone = true;
    this.onCancel?.();
  }
}
