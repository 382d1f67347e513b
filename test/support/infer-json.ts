import assert from 'node:assert/strict';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { isBytes, isMissingText, type Tensor, texts } from '../../src/core/tensor.js';
import { decodeInferRequest } from '../../src/rest/infer-json.js';

export function decode(body: string, maxElements?: number): InferRequest {
  return decodeInferRequest(Buffer.from(body), maxElements);
}

export function valuesOf({ data }: Tensor): unknown[] {
  if (!isBytes(data)) return Array.from(data as Float64Array);
  return texts(data).map((text, i) => (isMissingText(data, i) ? null : text));
}

/** A request with one input. */
export function input(datatype: string, shape: string, data: string): string {
  return `{"inputs":[{"name":"x","shape":${shape},"datatype":"${datatype}","data":${data}}]}`;
}

/** A check for `assert.throws`. Whatever the body, what is said of it is short. */
export function expectError(code: string, message: RegExp): (error: unknown) => true {
  return error => {
    assert.ok(error instanceof ServerError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.message.length < 300, `${error.message.length} characters`);
    return true;
  };
}
