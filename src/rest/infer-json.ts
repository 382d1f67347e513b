import { ServerError } from '../core/errors.js';
import type { InferRequest, InferResponse, RequestedOutput } from '../core/protocol.js';
import { dataLength, MAX_ELEMENTS, type Parameters, type Tensor } from '../core/tensor.js';
import { readInput, readParameters } from './json/input.js';
import { outputJson } from './json/output.js';
import { JsonReader, shorten } from './json/reader.js';
import { parametersJson, quote } from './json/writer.js';

/**
 * The V2 inference request in `body`, at most `maxElements` values in all its tensors. Unknown fields are ignored. Numbers go
 * straight from the bytes into typed arrays; nothing in the result shares memory with `body`.
 *
 * Throws UNPROCESSABLE for what is not JSON or has a field of the wrong type (the message begins with its path), and
 * INVALID_ARGUMENT for values that do not fit their shape or datatype (the message names the input).
 */
export function decodeInferRequest(body: Uint8Array, maxElements = MAX_ELEMENTS): InferRequest {
  const reader: JsonReader = new JsonReader(body);
  let id: string | undefined;
  let inputs: readonly Tensor[] | undefined;
  let outputs: readonly RequestedOutput[] | undefined;
  let parameters: Parameters | undefined;
  for (let more = reader.enterObject('an object'); more; more = reader.nextMember()) {
    switch ((reader.field = reader.key())) {
      case 'id':
        id = reader.passNull() ? undefined : reader.string('a string or null');
        break;
      case 'parameters':
        parameters = readParameters(reader);
        break;
      case 'inputs':
        inputs = readInputs(reader, maxElements);
        break;
      case 'outputs':
        outputs = reader.passNull() ? undefined : readOutputs(reader);
        break;
      default:
        reader.passValue();
    }
    reader.field = '';
  }
  reader.finish();
  if (inputs === undefined) reader.missing('inputs');
  return { id, inputs, outputs, parameters };
}

/**
 * The V2 inference response as compact JSON. Data is flat; floats keep a decimal point or an exponent, NaN and infinities are
 * null, 64-bit integers are exact.
 */
export function encodeInferResponse(response: InferResponse): string {
  const { id, modelVersion, parameters, outputs } = response;
  let text = `{"model_name":${quote(response.modelName)}`;
  if (modelVersion !== undefined) text += `,"model_version":${quote(modelVersion)}`;
  if (id !== undefined) text += `,"id":${quote(id)}`;
  text += `,"parameters":${parameters === undefined ? '{}' : parametersJson(parameters)},"outputs":[`;
  for (let i = 0; i < outputs.length; i++) text += (i > 0 ? ',' : '') + outputJson(outputs[i]);
  return `${text}]}`;
}

function readInputs(reader: JsonReader, maxElements: number): Tensor[] {
  const inputs: Tensor[] = [];
  let left = maxElements;
  for (let more = reader.enterList('a list of tensors'); more; more = reader.nextItem()) {
    reader.list = 'inputs';
    reader.index = inputs.length;
    const input = readInput(reader, left);
    left -= dataLength(input.data);
    inputs.push(input);
    reader.list = '';
  }
  checkNames('input', inputs);
  return inputs;
}

/** The outputs asked for; undefined for an empty list, which asks for the model's own choice. */
function readOutputs(reader: JsonReader): RequestedOutput[] | undefined {
  const outputs: RequestedOutput[] = [];
  for (let more = reader.enterList('a list of outputs'); more; more = reader.nextItem()) {
    reader.list = 'outputs';
    reader.index = outputs.length;
    outputs.push(readOutput(reader));
    reader.list = '';
  }
  checkNames('output', outputs);
  return outputs.length > 0 ? outputs : undefined;
}

function readOutput(reader: JsonReader): RequestedOutput {
  let name: string | undefined;
  let parameters: Parameters | undefined;
  reader.field = '';
  for (let more = reader.enterObject('an object'); more; more = reader.nextMember()) {
    switch ((reader.field = reader.key())) {
      case 'name':
        name = reader.string('a string');
        break;
      case 'parameters':
        parameters = readParameters(reader);
        break;
      default:
        reader.passValue();
    }
    reader.field = '';
  }
  if (name === undefined) reader.missing('name');
  return { name, parameters };
}

/** One name for two tensors: which of them was meant? */
function checkNames(kind: string, items: readonly { readonly name: string }[]): void {
  if (items.length < 2) return;
  const names = new Set<string>();
  for (const { name } of items) {
    if (names.has(name)) throw new ServerError('INVALID_ARGUMENT', `${kind} '${shorten(name)}' is there twice`);
    names.add(name);
  }
}
