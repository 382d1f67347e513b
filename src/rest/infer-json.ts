import { checkNames } from '../core/bad-input.js';
import { ServerError } from '../core/errors.js';
import type { InferRequest, InferResponse, RequestedOutput } from '../core/protocol.js';
import { dataLength, MAX_ELEMENTS, type Parameters, type Tensor } from '../core/tensor.js';
import type { BinaryTail } from './json/binary-tail.js';
import { JsonCursor } from './json/cursor.js';
import { readInput, readParameters } from './json/input.js';
import { outputJson, outputPieces } from './json/output.js';
import { enterList, enterObject, nextItem, nextMember, passNull, readKey, readString } from './json/read.js';
import { parametersJson, quote } from './json/writer.js';

/**
 * The V2 inference request in `body`, at most `maxElements` values in all its tensors. Unknown fields are ignored. Numbers go
 * straight from the bytes into typed arrays; nothing in the result shares memory with `body`. Inputs may take their data from
 * `tail` instead, as views.
 *
 * Throws UNPROCESSABLE for what is not JSON or has a field of the wrong type (the message begins with its path), and
 * INVALID_ARGUMENT for values that do not fit their shape or datatype (the message names the input).
 */
export function decodeInferRequest(body: Uint8Array, maxElements = MAX_ELEMENTS, tail?: BinaryTail): InferRequest {
  const json: JsonCursor = new JsonCursor(body);
  json.tail = tail;
  let id: string | undefined;
  let inputs: readonly Tensor[] | undefined;
  let outputs: readonly RequestedOutput[] | undefined;
  let parameters: Parameters | undefined;
  for (let more = enterObject(json, 'an object'); more; more = nextMember(json)) {
    switch ((json.field = readKey(json))) {
      case 'id':
        id = passNull(json) ? undefined : readString(json, 'a string or null');
        break;
      case 'parameters':
        parameters = readParameters(json);
        break;
      case 'inputs':
        inputs = readInputs(json, maxElements);
        break;
      case 'outputs':
        outputs = passNull(json) ? undefined : readOutputs(json);
        break;
      default:
        json.passValue();
    }
    json.field = '';
  }
  json.finish();
  if (inputs === undefined) json.missing('inputs');
  return { id, inputs, outputs, parameters };
}

/**
 * The V2 inference response as compact JSON. Data is flat; floats keep a decimal point or an exponent, NaN and infinities are
 * null, 64-bit integers are exact. `outputText` writes one output.
 */
export function encodeInferResponse(response: InferResponse, outputText = outputJson): string {
  const { outputs } = response;
  let text = responseStart(response);
  for (let i = 0; i < outputs.length; i++) text += (i > 0 ? ',' : '') + outputText(outputs[i]);
  return `${text}]}`;
}

/** The same text piece by piece, each of at most a few thousand values. `piecesOf` writes one output. */
export function* inferResponsePieces(
  response: InferResponse,
  piecesOf: (output: Tensor) => Iterable<string> = outputPieces,
): Generator<string, undefined> {
  yield responseStart(response);
  for (const [i, output] of response.outputs.entries()) {
    if (i > 0) yield ',';
    yield* piecesOf(output);
  }
  yield ']}';
}

/** Up to the outputs. */
function responseStart({ modelName, modelVersion, id, parameters }: InferResponse): string {
  let text = `{"model_name":${quote(modelName)}`;
  if (modelVersion !== undefined) text += `,"model_version":${quote(modelVersion)}`;
  if (id !== undefined) text += `,"id":${quote(id)}`;
  return `${text},"parameters":${parameters === undefined ? '{}' : parametersJson(parameters)},"outputs":[`;
}

function readInputs(json: JsonCursor, maxElements: number): Tensor[] {
  const inputs: Tensor[] = [];
  let left = maxElements;
  for (let more = enterList(json, 'a list of tensors'); more; more = nextItem(json)) {
    json.list = 'inputs';
    json.index = inputs.length;
    const input = readInput(json, left);
    left -= dataLength(input.data);
    if (left < 0) throw new ServerError('INVALID_ARGUMENT', `inputs: more than ${maxElements} values`);
    inputs.push(input);
    json.list = '';
  }
  checkNames('input', inputs);
  return inputs;
}

/** The outputs asked for; undefined for an empty list, which asks for the model's own choice. */
function readOutputs(json: JsonCursor): RequestedOutput[] | undefined {
  const outputs: RequestedOutput[] = [];
  for (let more = enterList(json, 'a list of outputs'); more; more = nextItem(json)) {
    json.list = 'outputs';
    json.index = outputs.length;
    outputs.push(readOutput(json));
    json.list = '';
  }
  checkNames('output', outputs);
  return outputs.length > 0 ? outputs : undefined;
}

function readOutput(json: JsonCursor): RequestedOutput {
  let name: string | undefined;
  let parameters: Parameters | undefined;
  json.field = '';
  for (let more = enterObject(json, 'an object'); more; more = nextMember(json)) {
    switch ((json.field = readKey(json))) {
      case 'name':
        name = readString(json, 'a string');
        break;
      case 'parameters':
        parameters = readParameters(json);
        break;
      default:
        json.passValue();
    }
    json.field = '';
  }
  if (name === undefined) json.missing('name');
  return { name, parameters };
}
