import type { RequestContext } from '../core/context.js';
import type { ScheduledModel } from './scheduled-model.js';

type Headers = RequestContext['headers'];

/** Headers that differ from message to message whatever their sender means: a model whose requests share batches does not see them. */
const OF_ONE_MESSAGE = new Set([
  'content-length',
  'date',
  'traceparent',
  'tracestate',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-request-id',
  'x-correlation-id',
  'ce-id',
  'ce-time',
]);

/** The headers that a model sees with a request; undefined for a model that sees none. */
export function visibleHeaders(
  { seesParameters, maxBatchSize }: ScheduledModel,
  headers: Headers,
): Headers | undefined {
  if (!seesParameters) return undefined;
  return maxBatchSize === 1 ? headers : lastingHeaders(headers);
}

/** Those that may be the same with the next message. */
export function lastingHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_ONE_MESSAGE.has(name)));
}
