import type { Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.js';
import { RequestContext } from '../core/context.js';
import type { Tracing } from '../core/tracing.js';

type Call = ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

export interface ContextOptions {
  readonly clock: Clock;
  /** 0 for none. */
  readonly requestTimeoutMs: number;
  readonly tracing?: Tracing;
}

/** The context of one inference, with the nearer of the client's deadline and `requestTimeoutMs`. */
export function contextOf(call: Call, { clock, requestTimeoutMs, tracing }: ContextOptions): RequestContext {
  const now = clock.now();
  let deadline = requestTimeoutMs > 0 ? now + requestTimeoutMs : Number.POSITIVE_INFINITY;
  const asked = Number(call.getDeadline());
  // The client's is a time of the wall clock.
  if (asked !== Number.POSITIVE_INFINITY) deadline = Math.min(deadline, now + asked - Date.now());
  const context = new RequestContext(deadline, headersOf(call.metadata));
  context.timings.received = now;
  if (tracing !== undefined) {
    const path = call.getPath().slice(1);
    context.trace = tracing.begin(context, path, { 'rpc.system.name': 'grpc', 'rpc.method': path });
  }
  return context;
}

/** Of entries with one name the last; binary ones in base64. */
function headersOf(metadata: Metadata): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    const last = (values as (string | Buffer)[]).at(-1)!;
    headers[name] = typeof last === 'string' ? last : last.toString('base64');
  }
  return headers;
}
