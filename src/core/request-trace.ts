import type { ModelLabel } from './protocol.js';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** One request that is traced. */
export interface RequestTrace {
  /** Set when it is known. */
  model: ModelLabel | undefined;
  /** Names and values in turn, to go with the answer: W3C's trace context. */
  readonly headers: readonly string[];
  /** Once, when the answer has been written or the client is gone. */
  end(failed: boolean, attributes: SpanAttributes): void;
}
