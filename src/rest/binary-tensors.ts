/**
 * The binary tensor data extension, as Triton has it. The header `Inference-Header-Content-Length` says how long the JSON at the
 * beginning of a body is; behind it stand the raw values of the tensors whose `binary_data_size` says so, one after the other:
 *
 *   {"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32", "parameters": {"binary_data_size": 8}}]} 8 bytes
 *
 * `binary_data` of a requested output, or `binary_data_output` of the request for all of them, asks for answers of this form.
 */
import { ServerError } from '../core/errors.js';
import type { InferRequest, InferResponse } from '../core/protocol.js';
import type { Tensor } from '../core/tensor.js';
import { putRaw, rawLength } from '../wire/raw-tensor.js';
import { decodeInferRequest, encodeInferResponse } from './infer-json.js';
import { BinaryTail } from './json/binary-tail.js';
import { binaryOutputJson, outputJson, outputPieces } from './json/output.js';
import { isLong, piecesInTurns } from './long-answer.js';

export const HEADER_LENGTH = 'inference-header-content-length';

/** The names of outputs that stand behind the JSON; true for all. */
type Binary = ReadonlySet<string> | true;

/** A request whose JSON is `headerLength` bytes long. Throws as `decodeInferRequest`, and for lengths beyond the body. */
export function decodeBinaryRequest(body: Buffer, headerLength: string): InferRequest {
  const length = Number(headerLength);
  if (!/^\d+$/.test(headerLength) || length > body.byteLength) {
    const text = `${HEADER_LENGTH}: expected a number of bytes up to the body's ${body.byteLength}, got '${headerLength.slice(0, 40)}'`;
    throw new ServerError('INVALID_ARGUMENT', text);
  }
  const tail = new BinaryTail(body.subarray(length));
  const request = decodeInferRequest(body.subarray(0, length), undefined, tail);
  tail.finish();
  return request;
}

/** The names of the outputs that are to be binary; undefined when none is, true when all are. */
export function binaryOutputs({ parameters, outputs }: InferRequest): Binary | undefined {
  const all = parameters?.binary_data_output === true;
  if (outputs === undefined) return all || undefined;
  const names = outputs.filter(output => output.parameters?.binary_data ?? all).map(output => output.name);
  return names.length === 0 ? undefined : new Set(names);
}

export interface BinaryAnswer {
  readonly body: Buffer;
  /** Bytes of JSON at its beginning. */
  readonly headerLength: number;
}

/** A response whose outputs named in `binary` stand behind the JSON. */
export function encodeBinaryResponse(response: InferResponse, binary: Binary): BinaryAnswer {
  const json = encodeInferResponse(response, output => (isBehind(output, binary) ? head(output) : outputJson(output)));
  return withTail(Buffer.from(json), response, binary);
}

/** The same, with a long JSON made in turns of the event loop. */
export function encodeBinaryInTurns(response: InferResponse, binary: Binary): BinaryAnswer | Promise<BinaryAnswer> {
  const outputs = response.outputs.filter(output => !isBehind(output, binary));
  return isLong({ ...response, outputs }) ? encodeLong(response, binary) : encodeBinaryResponse(response, binary);
}

async function encodeLong(response: InferResponse, binary: Binary): Promise<BinaryAnswer> {
  const pieces: Buffer[] = [];
  const made = piecesInTurns(response, output => (isBehind(output, binary) ? [head(output)] : outputPieces(output)));
  for await (const piece of made) pieces.push(Buffer.from(piece));
  return withTail(Buffer.concat(pieces), response, binary);
}

function isBehind({ name }: Tensor, binary: Binary): boolean {
  return binary === true || binary.has(name);
}

function head(output: Tensor): string {
  return binaryOutputJson(output, rawLength(output.data));
}

function withTail(json: Buffer, { outputs }: InferResponse, binary: Binary): BinaryAnswer {
  const behind = outputs.filter(output => isBehind(output, binary));
  const size = behind.reduce((sum, { data }) => sum + rawLength(data), 0);
  const body = Buffer.allocUnsafe(json.length + size);
  body.set(json);
  let at = json.length;
  for (const { data } of behind) {
    putRaw(body.subarray(at), data);
    at += rawLength(data);
  }
  return { body, headerLength: json.length };
}
