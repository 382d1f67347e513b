import type { InferRequest, InferResponse } from '../core/protocol.js';
import { binaryOutputs, decodeBinaryRequest, encodeBinaryResponse, HEADER_LENGTH } from './binary-tensors.js';
import { isJsonType, notJson } from './content-type.js';
import { decodeInferRequest, encodeInferResponse } from './infer-json.js';

/** A body with the headers that say how it is written. */
export interface MessageBody {
  readonly body: Buffer | string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads a body that came by other means than HTTP, with the same headers (under lower-case names): V2 JSON, or JSON with binary
 * tensors behind it. Throws as the decoders do, and UNPROCESSABLE for other content types.
 */
export function readMessageBody(body: Buffer, headers: Readonly<Record<string, string>>): InferRequest {
  const { 'content-type': contentType, [HEADER_LENGTH]: headerLength } = headers;
  if (!isJsonType(contentType)) throw notJson(contentType);
  return headerLength === undefined ? decodeInferRequest(body) : decodeBinaryRequest(body, headerLength);
}

/** The answer as JSON, or with binary tensors behind it if the request asks for them. */
export function writeMessageBody(request: InferRequest, response: InferResponse): MessageBody {
  const binary = binaryOutputs(request);
  if (binary === undefined) {
    return { body: encodeInferResponse(response), headers: { 'content-type': 'application/json' } };
  }
  const { body, headerLength } = encodeBinaryResponse(response, binary);
  return { body, headers: { 'content-type': 'application/octet-stream', [HEADER_LENGTH]: String(headerLength) } };
}
