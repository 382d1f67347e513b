import { randomUUID } from 'node:crypto';
import { shorten } from '../core/bad-input.js';
import { ServerError } from '../core/errors.js';
import type { InferRequest, ModelRef } from '../core/protocol.js';
import type { InputMessage } from './driver.js';
import { textOf } from './headers.js';

const MODEL = 'mlserver-model';
const VERSION = 'mlserver-version';
const METHOD = 'mlserver-method';

/** Reads a V2 request from a value, as its headers (text, under lower-case names) say. Throws a ServerError. */
export type ReadBody = (body: Buffer, headers: Readonly<Record<string, string>>) => InferRequest;

export interface Asked {
  readonly target: ModelRef;
  /** It has an id: its own, else the key, else one of ours. */
  readonly request: InferRequest;
}

export interface ReadOptions {
  readonly readBody: ReadBody;
  readonly maxBodyBytes: number;
}

/** What a message asks for. `headers`: its own, as text. Throws a ServerError that says what is wrong with it. */
export function readMessage(
  { key, value }: InputMessage,
  headers: Readonly<Record<string, string>>,
  { readBody, maxBodyBytes }: ReadOptions,
): Asked {
  const { [MODEL]: name, [VERSION]: version, [METHOD]: method = 'infer' } = headers;
  if (name === undefined) {
    throw new ServerError('UNPROCESSABLE', `Invalid Kafka message. Expected '${MODEL}' header not found in message.`);
  }
  if (method !== 'infer') {
    throw new ServerError(
      'INVALID_ARGUMENT',
      `${METHOD}: expected 'infer' or no such header, got '${shorten(method)}'`,
    );
  }
  if (value === null) throw new ServerError('UNPROCESSABLE', 'the message has no value, expected an inference request');
  if (value.byteLength > maxBodyBytes) {
    throw new ServerError('PAYLOAD_TOO_LARGE', `the value is larger than ${maxBodyBytes} bytes (max_body_bytes)`);
  }
  const request = readBody(value, headers);
  const id = request.id ?? ((key && textOf(key)) || randomUUID());
  return { target: { name, version: version || undefined }, request: { ...request, id } };
}
