import { kindOf } from '../codecs/codec.js';
import { flatten, tensorData } from '../codecs/plain-values.js';
import { checkNames, shorten } from '../core/bad-input.js';
import { DATATYPES, isDatatype } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import {
  type BytesColumn,
  dataLength,
  elementCount,
  type Parameters,
  type Tensor,
  type TensorData,
} from '../core/tensor.js';
import type { Prediction } from './runtime.js';

/**
 * What a model's `predict` gave, checked, in memory of its own: the model may go on using the arrays that it answered with. Throws
 * INVALID_ARGUMENT that says where the answer is wrong.
 */
export function readAnswer(answer: unknown): Prediction {
  const { outputs, parameters } = objectAt(answer, 'the answer', '{ outputs: [...] }');
  if (!Array.isArray(outputs)) throw bad('outputs', `expected a list, got ${kindOf(outputs)}`);
  const tensors = outputs.map((output, i) => readOutput(output, `outputs[${i}]`));
  checkNames('output', tensors);
  const read = readParameters(parameters, 'parameters');
  return { outputs: tensors, parameters: read?.headers === undefined ? read : { ...read, headers: readHeaders(read) } };
}

function readOutput(output: unknown, at: string): Tensor {
  const { name, datatype, shape, data, parameters } = objectAt(output, at, '{ name, datatype, shape, data }');
  if (typeof name !== 'string') throw bad(`${at}.name`, `expected a string, got ${kindOf(name)}`);
  const what = `output '${name}'`;
  if (!isDatatype(datatype)) {
    const got = typeof datatype === 'string' ? `'${datatype}'` : kindOf(datatype);
    throw bad(what, `expected a datatype of ${DATATYPES.join(', ')}, got ${got}`);
  }
  if (!Array.isArray(shape)) throw bad(what, `expected a list of numbers as shape, got ${kindOf(shape)}`);
  const values = isColumn(data) ? copyColumn(data, what) : tensorData(datatype, valuesOf(datatype, data, what), what);
  if (isColumn(data) && datatype !== 'BYTES') throw bad(what, `expected numbers (${datatype}), got bytes`);
  const needed = elementCount(shape as number[], what);
  if (needed !== dataLength(values))
    throw bad(what, `shape [${shape}] needs ${needed} values, got ${dataLength(values)}`);
  return {
    name,
    datatype,
    shape: [...shape] as number[],
    data: values,
    parameters: nothingIfEmpty(readParameters(parameters, `${what}: parameters`)),
  };
}

function valuesOf(datatype: string, data: unknown, what: string): ArrayLike<unknown> {
  if (data === undefined || data === null) throw bad(what, `expected a list as data, got ${kindOf(data)}`);
  return flatten(data, datatype === 'BYTES', what).values;
}

/** As `encode` makes them. */
function isColumn(data: unknown): data is BytesColumn {
  const { offsets, bytes } = Object(data) as Partial<BytesColumn>;
  return offsets instanceof Uint32Array && bytes instanceof Uint8Array;
}

/** Refuses offsets that lead out of the bytes: what lies there in memory would be read, or written over. */
function copyColumn({ offsets, bytes }: BytesColumn, what: string): TensorData {
  const ascend = offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]);
  if (!ascend || offsets[offsets.length - 1] > bytes.length) {
    throw bad(what, `expected ascending offsets up to the ${bytes.length} bytes that there are, got others`);
  }
  return { offsets: offsets.slice(), bytes: bytes.slice() };
}

/** A copy as JSON has it: a model may put anything there, and only JSON reaches a client. */
function readParameters(parameters: unknown, at: string): Parameters | undefined {
  if (parameters === undefined || parameters === null) return undefined;
  objectAt(parameters, at, 'an object');
  try {
    return JSON.parse(JSON.stringify(parameters)) as Parameters;
  } catch (error) {
    throw bad(at, `cannot be written as JSON (${(error as Error).message})`);
  }
}

/** A model that hands an input on gives the empty object that it saw where the client sent none. */
function nothingIfEmpty(parameters: Parameters | undefined): Parameters | undefined {
  return parameters !== undefined && Object.keys(parameters).length === 0 ? undefined : parameters;
}

/** What both HTTP and gRPC take for names and values. */
const HEADER_NAME = /^[\w.-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** Headers for the answer: names in lower case, values as texts. */
function readHeaders({ headers }: Parameters): Parameters {
  const read: [string, string][] = [];
  for (const [name, value] of Object.entries(objectAt(headers, 'parameters.headers', 'an object'))) {
    const at = `parameters.headers: '${shorten(name)}'`;
    if (!HEADER_NAME.test(name)) throw bad(at, 'expected letters, digits, dots, lines as the name of a header');
    if (typeof value === 'object') throw bad(at, `expected a text, got ${kindOf(value)}`);
    if (!HEADER_VALUE.test(String(value))) throw bad(at, 'expected a text of one line in ASCII');
    read.push([name.toLowerCase(), String(value)]);
  }
  return Object.fromEntries(read);
}

function objectAt(value: unknown, at: string, expected: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw bad(at, `expected ${expected}, got ${kindOf(value)}`);
}

function bad(at: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${at}: ${problem}`);
}
