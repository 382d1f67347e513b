import type { Metadata, ServerDuplexStream, ServerUnaryCall } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.js';
import { RequestContext } from '../core/context.js';

type Call = ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

let calls = 0;

/** The context of one inference, with the nearer of the client's deadline and `requestTimeoutMs` (0: none). */
export function contextOf(call: Call, clock: Clock, requestTimeoutMs: number): RequestContext {
  const now = clock.now();
  let deadline = requestTimeoutMs > 0 ? now + requestTimeoutMs : Number.POSITIVE_INFINITY;
  const asked = Number(call.getDeadline());
  // The client's is a time of the wall clock.
  if (asked !== Number.POSITIVE_INFINITY) deadline = Math.min(deadline, now + asked - Date.now());
  const context = new RequestContext(`grpc-${(++calls).toString(36)}`, deadline, headersOf(call.metadata));
  context.timings.received = now;
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
