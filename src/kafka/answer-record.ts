import type { ServerError } from '../core/errors.js';
import type { InferRequest, InferResponse } from '../core/protocol.js';
import { httpStatus } from '../core/status.js';
import type { CloudEventHeaders } from '../dataplane/cloud-events.js';
import { splitHeaders } from '../dataplane/response-headers.js';
import type { InputMessage, OutputRecord } from './driver.js';
import { withHeaders } from './headers.js';

/** Writes an answer in the form that the request asks for. */
export type WriteBody = (request: InferRequest, response: InferResponse) => WrittenBody;

export interface WrittenBody {
  readonly body: Buffer | string;
  /** Those that say how the body is to be read. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A message and where it stands. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly message: InputMessage;
}

export interface AnswerOptions {
  readonly topic: string;
  /** For what cannot be served; null: the answer tells the error. */
  readonly deadLetterTopic: string | null;
  readonly cloudEvents: CloudEventHeaders;
  readonly writeBody: WriteBody;
}

/** They tell how the request was written, and an answer is written in its own way. */
const OF_REQUEST = new Set(['content-type', 'content-encoding', 'inference-header-content-length']);

/**
 * The answer to a request: with the message's key, or else the request's id, and the message's headers beside our own. `trace`: the
 * headers that say to what trace it belongs, names and values in turn.
 */
export function answerRecord(
  { partition, message }: Origin,
  request: InferRequest,
  answer: InferResponse,
  trace: readonly string[],
  { topic, cloudEvents, writeBody }: AnswerOptions,
): OutputRecord {
  const { response, headers } = splitHeaders(answer, cloudEvents);
  const { body, headers: ofBody } = writeBody(request, response);
  for (let i = 0; i < headers.length; i += 2) headers[i] = capitalised(headers[i]);
  for (const name of Object.keys(ofBody)) headers.push(name, ofBody[name]);
  headers.push(...trace);
  return {
    topic,
    partition,
    key: message.key ?? request.id ?? null,
    value: body,
    headers: withHeaders(message.headers, headers, OF_REQUEST),
  };
}

/**
 * What becomes of a message that cannot be served: with a topic for dead letters the message itself with the reason in its
 * headers, else an answer that tells the error.
 */
export function failureRecord(
  origin: Origin,
  error: ServerError,
  trace: readonly string[],
  options: AnswerOptions,
): OutputRecord {
  const { partition, message } = origin;
  const reason = ['modelyard-error', error.message, 'modelyard-status', String(httpStatus(error))];
  if (options.deadLetterTopic === null) {
    return {
      topic: options.topic,
      partition,
      key: message.key,
      value: JSON.stringify({ error: error.message }),
      headers: withHeaders(message.headers, [...reason, 'content-type', 'application/json', ...trace], OF_REQUEST),
    };
  }
  const place = [
    ...['modelyard-topic', origin.topic],
    ...['modelyard-partition', String(partition)],
    ...['modelyard-offset', String(message.offset)],
  ];
  return {
    topic: options.deadLetterTopic,
    partition,
    key: message.key,
    value: message.value,
    headers: withHeaders(message.headers, [...reason, ...place]),
  };
}

const CAPITALISED = new Map<string, string>();

/** `ce-id` as MLServer writes it on Kafka: `Ce-Id`. Headers of a model keep their names. */
function capitalised(name: string): string {
  if (!name.startsWith('ce-')) return name;
  let written = CAPITALISED.get(name);
  if (written === undefined) {
    written = `Ce-${name.charAt(3).toUpperCase()}${name.slice(4)}`;
    CAPITALISED.set(name, written);
  }
  return written;
}
