import type { RequestContext } from './context.js';
import type { ModelLabel } from './telemetry.js';

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

/** What a transport tells of its requests. Calls must be cheap and must not throw. */
export interface Tracing {
  /** Undefined for a request that is not picked. The headers of `context` may say to what trace it belongs. */
  begin(context: RequestContext, name: string, attributes: SpanAttributes): RequestTrace | undefined;
  /** Sends what has been gathered, as far as there is time. */
  close(): Promise<void>;
}
