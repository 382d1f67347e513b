import { PANDAS } from '../codecs/pandas.js';
import { contentTypeIn, decodeInputs, decodeTensor, encodeOutputs, isTensorContentType } from '../codecs/registry.js';
import type { RequestedOutput } from '../core/protocol.js';
import type { Tensor } from '../core/tensor.js';
import { ModelError } from './model-error.js';
import type { InputTensor, ModelRequest } from './request.js';
import type { ModelResponse } from './response.js';

/**
 * The value of an input by its content type - its own, else that of the model's metadata, else `contentType`: `np` an NdArray,
 * `str` texts, `base64` byte strings, `datetime` dates. Without any, its plain `data`.
 */
export function decode(input: InputTensor, contentType?: string): unknown {
  const effective = isTensorContentType(input.contentType) ? input.contentType : contentType;
  return isTensorContentType(effective) ? decodeTensor(input.tensor, effective) : input.data;
}

/**
 * The value of a whole request by its content type - its own, else that of the model's settings, else `contentType`: `pd` a Map of
 * columns, `np` and `str` the value of its only tensor. Without any, a Map of all decoded inputs by name.
 */
export function decodeRequest(request: ModelRequest, contentType?: string): unknown {
  const { inputs, metadata } = request;
  const tensors = inputs.map(input => input.tensor);
  const own = decodeInputs(tensors, request.contentType, metadata);
  if (own !== undefined) return own;
  return decodeInputs(tensors, contentType, metadata) ?? new Map(inputs.map(input => [input.name, decode(input)]));
}

/**
 * A value as an output: by the content type that the caller asks for (when `output` is one of `request.outputs`), else by
 * `contentType`, else by its own type. Tables become several outputs: use `encodeAll`.
 */
export function encode(value: unknown, output: string | RequestedOutput, contentType?: string): Tensor {
  return encodeAll(value, output, contentType)[0];
}

/** As `encode`, with one output per column for a Map of columns. */
export function encodeAll(value: unknown, output: string | RequestedOutput, contentType?: string): Tensor[] {
  const name = typeof output === 'string' ? output : output.name;
  const wanted = typeof output === 'string' ? undefined : contentTypeIn(output.parameters);
  const asked = isTensorContentType(wanted) || wanted === PANDAS ? wanted : undefined;
  try {
    return encodeOutputs(name, value, asked ?? contentType);
  } catch (error) {
    // Without a wish the caller has done nothing wrong.
    throw new ModelError((error as Error).message, asked === undefined ? 500 : 400);
  }
}

/** A whole answer from one value, as a content type of requests says it: `np` and `str` as `output-1`, a Map of columns as `pd`. */
export function encodeResponse(value: unknown, contentType?: string): ModelResponse {
  const outputs = encodeAll(value, 'output-1', contentType);
  const written = value instanceof Map ? 'pd' : outputs[0].parameters?.content_type;
  return { outputs, parameters: { content_type: written as string } };
}
