import type { InferResponse } from '../core/protocol.js';
import type { CloudEventHeaders } from './cloud-events.js';

export interface AnswerWithHeaders {
  /** Without the headers among its parameters. */
  readonly response: InferResponse;
  /** Names, in lower case, and values in turn; the caller's to add to. */
  readonly headers: string[];
}

/** Headers that say how the answer is written, which is the transport's business. */
const OF_TRANSPORT = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What goes out beside an answer: the headers of CloudEvents and what the model put under `parameters.headers`, which leaves the
 * parameters, as MLServer has it. CloudEvents' own names and those of the transport are not a model's to set.
 */
export function splitHeaders(response: InferResponse, cloudEvents: CloudEventHeaders): AnswerWithHeaders {
  const headers = cloudEvents.of(response.modelName, response.id);
  const { parameters } = response;
  if (parameters?.headers === undefined) return { response, headers };
  const { headers: own, ...others } = parameters;
  const taken = new Set(headers.filter((_, i) => i % 2 === 0));
  for (const [name, value] of Object.entries(Object(own) as Record<string, string>)) {
    if (!taken.has(name) && !OF_TRANSPORT.has(name)) headers.push(name, value);
  }
  return { response: { ...response, parameters: others }, headers };
}
