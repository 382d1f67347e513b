/**
 * Requests and answers in MessagePack, an extension of ours: the fields of the JSON body, where `data` may be binary - the
 * values row by row, little-endian, as in the binary tensor data extension - or lists as in JSON.
 */
import { flatten, tensorData } from '../codecs/plain-values.js';
import { checkNames, shorten } from '../core/bad-input.js';
import { DATATYPES, type Datatype, isDatatype, type NumericArray } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { fitShape, MAX_DIMENSIONS } from '../core/fit-shape.js';
import { float16ToNumber } from '../core/float16.js';
import type { InferRequest, InferResponse, RequestedOutput } from '../core/protocol.js';
import {
  type BytesColumn,
  bytesAt,
  dataLength,
  isBytes,
  missingText,
  type Parameters,
  type ParameterValue,
  type Tensor,
  type TensorData,
} from '../core/tensor.js';
import { packMessage, unpackMessage } from '../wire/msgpack.js';
import { readRaw } from '../wire/raw-tensor.js';

type Fields = ReadonlyMap<unknown, unknown>;

/**
 * The inference request in `body`; binary data are views on it. Unknown fields are ignored. Throws INVALID_ARGUMENT that names the
 * field, or the input whose values are wrong.
 */
export function decodeMsgpackRequest(body: Buffer): InferRequest {
  const fields = mapAt(unpackMessage(body), 'body');
  const id = fields.get('id') ?? undefined;
  if (id !== undefined && typeof id !== 'string') throw wrong('id', 'a text or nil', id);
  const inputs = listAt(fields.get('inputs'), 'inputs').map((input, i) => readInput(input, `inputs[${i}]`));
  checkNames('input', inputs);
  const asked = fields.get('outputs') ?? [];
  const outputs = listAt(asked, 'outputs').map((output, i) => readOutput(output, `outputs[${i}]`));
  checkNames('output', outputs);
  return {
    id,
    inputs,
    outputs: outputs.length > 0 ? outputs : undefined,
    parameters: readParameters(fields.get('parameters'), 'parameters'),
  };
}

function readInput(given: unknown, at: string): Tensor {
  const fields = mapAt(given, at);
  const name = textAt(fields.get('name'), `${at}.name`);
  const datatype = fields.get('datatype');
  if (!isDatatype(datatype)) throw wrong(`${at}.datatype`, `one of ${DATATYPES.join(', ')}`, datatype);
  const shape = readShape(fields.get('shape'), `${at}.shape`);
  const values = fields.get('data');
  if (values === undefined) throw wrong(`${at}.data`, 'binary data or a list', values);
  const data =
    values instanceof Uint8Array ? readRaw(datatype, asBuffer(values), name) : readValues(datatype, values, name);
  return {
    name,
    datatype,
    shape: fitShape(name, shape, data),
    data,
    parameters: readParameters(fields.get('parameters'), `${at}.parameters`),
  };
}

function readValues(datatype: Datatype, data: unknown, name: string): TensorData {
  const what = `input '${shorten(name)}'`;
  const { values } = flatten(data, true, what);
  if (datatype !== 'BYTES') return tensorData(datatype, values, what);
  return tensorData(
    datatype,
    Array.from(values, value => value ?? missingText()),
    what,
  );
}

function readShape(given: unknown, at: string): number[] {
  const shape = listAt(given, at);
  if (shape.length > MAX_DIMENSIONS) throw bad(`${at}: more than ${MAX_DIMENSIONS} dimensions`);
  for (const size of shape) if (!Number.isInteger(size)) throw wrong(at, 'a list of whole numbers', size);
  return shape as number[];
}

function readOutput(given: unknown, at: string): RequestedOutput {
  const fields = mapAt(given, at);
  const name = textAt(fields.get('name'), `${at}.name`);
  return { name, parameters: readParameters(fields.get('parameters'), `${at}.parameters`) };
}

function readParameters(given: unknown, at: string): Parameters | undefined {
  if (given === undefined || given === null) return undefined;
  const parameters = parameterValue(mapAt(given, at), at) as Parameters;
  const { content_type: contentType } = parameters;
  if (contentType !== undefined && contentType !== null && typeof contentType !== 'string') {
    throw wrong(`${at}.content_type`, 'a text', contentType);
  }
  return parameters;
}

/** What JSON could say as well; maps as objects whose members are their own, whatever their name. */
function parameterValue(value: unknown, at: string): ParameterValue {
  if (value instanceof Map) {
    return Object.fromEntries(Array.from(value, ([key, item]) => [key, parameterValue(item, `${at}.${shorten(key)}`)]));
  }
  if (Array.isArray(value)) return value.map((item, i) => parameterValue(item, `${at}[${i}]`));
  if (value instanceof Uint8Array) throw wrong(at, 'a text, number, list, map, true, false or nil', value);
  return typeof value === 'bigint' ? Number(value) : (value as ParameterValue);
}

/**
 * The response. Numbers are binary, unless the request says `binary_data: false` of the output, or `binary_data_output: false` of
 * all; BYTES are a list of texts, or of binary elements where one of them is no text.
 */
export function encodeMsgpackResponse(response: InferResponse, asked: InferRequest): Buffer {
  const { modelName, modelVersion, id, parameters = {}, outputs } = response;
  const inLists = asked.parameters?.binary_data_output === false;
  return packMessage({
    model_name: modelName,
    ...(modelVersion === undefined ? {} : { model_version: modelVersion }),
    ...(id === undefined ? {} : { id }),
    parameters,
    outputs: outputs.map(({ name, shape, datatype, parameters, data }) => {
      const own = asked.outputs?.find(output => output.name === name)?.parameters?.binary_data;
      const asList = own === undefined ? inLists : own === false;
      return {
        name,
        shape,
        datatype,
        ...(parameters === undefined ? {} : { parameters }),
        data: isBytes(data) ? elements(data) : asList ? numbers(datatype, data) : asBuffer(data),
      };
    }),
  });
}

function elements(column: BytesColumn): (string | Buffer)[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parts = Array.from({ length: dataLength(column) }, (_, i) => bytesAt(column, i));
  try {
    return parts.map(part => decoder.decode(part));
  } catch {
    return parts.map(asBuffer);
  }
}

function numbers(datatype: Datatype, data: NumericArray): unknown[] {
  const values: unknown[] = Array.from(data as ArrayLike<unknown>);
  if (datatype === 'BOOL') return values.map(value => value === 1);
  return datatype === 'FP16' ? values.map(bits => float16ToNumber(bits as number)) : values;
}

function asBuffer({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function mapAt(value: unknown, at: string): Fields {
  if (value instanceof Map) return value;
  throw wrong(at, 'a map', value);
}

function listAt(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(at, 'a list', value);
}

function textAt(value: unknown, at: string): string {
  if (typeof value === 'string') return value;
  throw wrong(at, 'a text', value);
}

function wrong(at: string, expected: string, got: unknown): ServerError {
  return bad(`${at}: expected ${expected}, got ${described(got)}`);
}

function described(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === null) return 'nil';
  if (value instanceof Map) return 'a map';
  if (Array.isArray(value)) return 'a list';
  return value instanceof Uint8Array
    ? 'binary data'
    : shorten(typeof value === 'string' ? `'${value}'` : String(value));
}

function bad(problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', problem);
}
