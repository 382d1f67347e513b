import { badInput } from '../../core/bad-input.js';
import { DATATYPES, type Datatype, isDatatype } from '../../core/datatype.js';
import { ServerError } from '../../core/errors.js';
import { elementsOf, fitShape, MAX_DIMENSIONS, OPEN_SIZE } from '../../core/fit-shape.js';
import type { Parameters, ParameterValue, Tensor, TensorData } from '../../core/tensor.js';
import { readRaw } from '../../wire/raw-tensor.js';
import type { BinaryTail } from './binary-tail.js';
import { isDigit, MINUS, QUOTE } from './bytes.js';
import type { JsonCursor } from './cursor.js';
import { exactInteger, MAX_EXACT_DIGITS } from './decimal.js';
import { narrow } from './narrow.js';
import { passNested } from './nested-list.js';
import { NumberScanner } from './number-scanner.js';
import { enterList, enterObject, nextItem, nextMember, passNull, readKey, readString, readValue } from './read.js';
import type { TensorHeader } from './tensor-header.js';
import { TextScanner } from './text-scanner.js';

const WHOLE_TEXT = /^\s*[+-]?\d+\s*$/;

const A_SHAPE = 'a list of whole numbers';
const A_DATATYPE = `one of ${DATATYPES.join(', ')}`;

/**
 * One item of `inputs`. Its fields come in any order, the last of equal ones counts. The data is read on the spot when name,
 * datatype and shape stand before it, else passed over and read at the end.
 *
 * Throws UNPROCESSABLE for a missing field or one of the wrong type; INVALID_ARGUMENT where values and shape do not agree, or
 * when the shape asks for more than `maxElements` values.
 */
export function readInput(json: JsonCursor, maxElements: number): Tensor {
  let name: string | undefined;
  let datatype: Datatype | undefined;
  let shape: readonly number[] | undefined;
  let parameters: Parameters | undefined;
  let header: TensorHeader | undefined;
  let data: TensorData | undefined;
  let dataAt = -1;
  json.field = '';
  for (let more = enterObject(json, 'an object'); more; more = nextMember(json)) {
    switch ((json.field = readKey(json))) {
      case 'name':
        name = readString(json, 'a string');
        data = undefined;
        break;
      case 'datatype':
        datatype = readDatatype(json);
        data = undefined;
        break;
      case 'shape':
        shape = readShape(json);
        data = undefined;
        break;
      case 'parameters':
        parameters = readParameters(json);
        break;
      case 'data':
        json.peek();
        dataAt = json.pos;
        if (name === undefined || datatype === undefined || shape === undefined) {
          json.passValue();
        } else {
          header = headerOf(name, datatype, shape, maxElements);
          data = readData(json, header);
        }
        break;
      default:
        json.passValue();
    }
    json.field = '';
  }
  if (name === undefined) json.missing('name');
  if (shape === undefined) json.missing('shape');
  if (datatype === undefined) json.missing('datatype');
  if (dataAt < 0) {
    if (json.tail === undefined || parameters?.binary_data_size === undefined) json.missing('data');
    return readBinary(json.tail, headerOf(name, datatype, shape, maxElements), parameters);
  }
  if (header === undefined || data === undefined) {
    const end = json.pos;
    json.pos = dataAt;
    json.field = 'data';
    header = headerOf(name, datatype, shape, maxElements);
    data = readData(json, header);
    json.pos = end;
    json.field = '';
  }
  return { name, datatype, shape: fitShape(name, shape, data), data, parameters };
}

/** An input whose data stand behind the JSON. Their size is the message's business, not the model's. */
function readBinary(tail: BinaryTail, header: TensorHeader, parameters: Parameters): Tensor {
  const { name, datatype, shape } = header;
  const { binary_data_size: size, ...rest } = parameters;
  const data = readRaw(datatype, tail.take(size, name), name);
  return {
    name,
    datatype,
    shape: fitShape(name, shape, data),
    data,
    parameters: Object.keys(rest).length > 0 ? rest : undefined,
  };
}

/** Parameters as ordinary JSON values; undefined for null. */
export function readParameters(json: JsonCursor): Parameters | undefined {
  if (passNull(json)) return undefined;
  const parameters: Record<string, ParameterValue> = {};
  for (let more = enterObject(json, 'an object'); more; more = nextMember(json)) {
    const key = readKey(json);
    const isText = json.peek() === QUOTE;
    const value = isText ? readString(json, 'a string') : (readValue(json) as ParameterValue);
    if (key === 'content_type' && !isText && value !== null) {
      throw new ServerError('UNPROCESSABLE', `${json.path()}.content_type: expected a string, got another type`);
    }
    // Assigned, this one would become the prototype
    if (key === '__proto__') Object.defineProperty(parameters, key, { value, enumerable: true, configurable: true });
    else parameters[key] = value;
  }
  return parameters;
}

function readDatatype(json: JsonCursor): Datatype {
  json.peek();
  const start = json.pos;
  const datatype = readString(json, A_DATATYPE);
  if (isDatatype(datatype)) return datatype;
  json.pos = start;
  return json.wrongType(A_DATATYPE);
}

function readShape(json: JsonCursor): number[] {
  const shape: number[] = [];
  for (let more = enterList(json, A_SHAPE); more; more = nextItem(json)) {
    if (shape.length === MAX_DIMENSIONS) {
      throw new ServerError('INVALID_ARGUMENT', `${json.path()}: more than ${MAX_DIMENSIONS} dimensions`);
    }
    shape.push(readSize(json));
  }
  return shape;
}

/** A whole number, also written as `"2"` or `2.0`. */
function readSize(json: JsonCursor): number {
  const byte = json.peek();
  const start = json.pos;
  let size = Number.NaN;
  if (byte === MINUS || isDigit(byte)) {
    const short = json.passNumber() && json.pos - start <= MAX_EXACT_DIGITS;
    if (short) return exactInteger(json.bytes, start, json.pos);
    size = Number(json.bytes.toString('latin1', start, json.pos));
  } else if (byte === QUOTE) {
    const text = readString(json, A_SHAPE);
    if (WHOLE_TEXT.test(text)) size = Number(text);
  }
  if (Number.isInteger(size)) return size;
  json.pos = start;
  return json.wrongType(A_SHAPE);
}

function readData(json: JsonCursor, header: TensorHeader): TensorData {
  if (header.datatype === 'BYTES') {
    const texts = new TextScanner(header);
    passNested(json, texts, header);
    return texts.column();
  }
  const numbers = new NumberScanner(header);
  passNested(json, numbers, header);
  return narrow(header, numbers.found(), numbers.exact);
}

/** INVALID_ARGUMENT for a shape no tensor has or that asks for more than `maxElements` values. */
function headerOf(name: string, datatype: Datatype, shape: readonly number[], maxElements: number): TensorHeader {
  if (shape.includes(OPEN_SIZE)) return { name, datatype, shape, elements: maxElements };
  const elements = elementsOf(name, shape);
  if (elements > maxElements) throw badInput(name, `shape [${shape}] asks for more than ${maxElements} values`);
  return { name, datatype, shape, elements };
}
