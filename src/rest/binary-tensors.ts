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
import { binaryOutputJson, outputJson } from './json/output.js';

export const HEADER_LENGTH = 'inference-header-content-length';

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
export function binaryOutputs({ parameters, outputs }: InferRequest): ReadonlySet<string> | true | undefined {
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
export function encodeBinaryResponse(response: InferResponse, binary: ReadonlySet<string> | true): BinaryAnswer {
  const behind: Tensor[] = [];
  let size = 0;
  const json = encodeInferResponse(response, output => {
    if (binary !== true && !binary.has(output.name)) return outputJson(output);
    const length = rawLength(output.data);
    behind.push(output);
    size += length;
    return binaryOutputJson(output, length);
  });
  const headerLength = Buffer.byteLength(json);
  const body = Buffer.allocUnsafe(headerLength + size);
  body.write(json);
  let at = headerLength;
  for (const { data } of behind) {
    putRaw(body.subarray(at), data);
    at += rawLength(data);
  }
  return { body, headerLength };
}
