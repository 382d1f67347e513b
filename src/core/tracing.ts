import type { RequestContext } from './context.js';
import type { RequestTrace, SpanAttributes } from './request-trace.js';

/** What a transport tells of its requests. Calls must be cheap and must not throw. */
export interface Tracing {
  /** Undefined for a request that is not picked. The headers of `context` may say to what trace it belongs. */
  begin(context: RequestContext, name: string, attributes: SpanAttributes): RequestTrace | undefined;
  /** Sends what has been gathered, as far as there is time. */
  close(): Promise<void>;
}
