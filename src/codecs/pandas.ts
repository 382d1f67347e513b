import { ServerError } from '../core/errors.js';
import { type BytesColumn, bytesColumn, dataLength, optionalTexts, type Tensor } from '../core/tensor.js';
import { badInput, kindOf } from './codec.js';
import { type NdArray, numpyCodec } from './numpy.js';
import { isTypedArray } from './plain-values.js';
import { stringCodec } from './string.js';

/** A table: its columns by name, in order, all of one length. */
export type DataFrame = Map<string, ArrayLike<unknown>>;

export const PANDAS = 'pd';
/** Marks a column whose elements are JSON documents. */
const JSON_COLUMN = 'pd_json';

/** One column per tensor. `decode` decodes a tensor by the content type it has, if any. Throws INVALID_ARGUMENT for uneven columns. */
export function decodeFrame(
  tensors: readonly Tensor[],
  contentTypeOf: (tensor: Tensor) => string | undefined,
  decode: (tensor: Tensor, contentType: string) => unknown,
): DataFrame {
  const frame: DataFrame = new Map();
  for (const tensor of tensors) {
    const contentType = contentTypeOf(tensor);
    const column = contentType === JSON_COLUMN ? parseColumn(tensor) : columnOf(tensor, contentType, decode);
    const [first] = frame.values();
    if (first !== undefined && first.length !== column.length) {
      throw badInput(tensor, `expected ${first.length} values, as in the columns before it, got ${column.length}`);
    }
    frame.set(tensor.name, column);
  }
  return frame;
}

export function isFrame(value: unknown): value is DataFrame {
  return value instanceof Map;
}

/** One output per column: numbers without a content type, texts as `str`, anything else as JSON. */
export function encodeFrame(frame: DataFrame): Tensor[] {
  return [...frame].map(([name, column]) => {
    if (!Array.isArray(column) && !isTypedArray(column)) {
      throw new ServerError(
        'INVALID_ARGUMENT',
        `output '${name}': expected a list for a column, got ${kindOf(column)}`,
      );
    }
    if (stringCodec.canEncode(column)) return stringCodec.encode(name, column as string[]);
    const plain = isTypedArray(column) || column.every(item => item === null || typeof item === 'number');
    if (!plain && !column.every(item => typeof item === 'boolean' || typeof item === 'bigint')) {
      return jsonColumn(name, column);
    }
    const { parameters, ...tensor } = numpyCodec.encode(name, column);
    return tensor;
  });
}

function columnOf(
  tensor: Tensor,
  contentType: string | undefined,
  decode: (tensor: Tensor, contentType: string) => unknown,
): ArrayLike<unknown> {
  const value = decode(tensor, contentType ?? 'np');
  if (Array.isArray(value)) return value;
  const { datatype, data } = value as NdArray;
  // As bytes they would be written as UINT8.
  return datatype === 'BOOL' ? Array.from(data as Uint8Array, Boolean) : data;
}

/** Of one JSON document per element; null where there is none. */
export function parseColumn(tensor: Tensor): unknown[] {
  if (tensor.datatype !== 'BYTES') throw badInput(tensor, `content type '${JSON_COLUMN}' needs datatype BYTES`);
  return optionalTexts(tensor.data as BytesColumn).map((text, i) => {
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      throw badInput(tensor, `data value ${i} of ${dataLength(tensor.data)}: expected JSON`);
    }
  });
}

function jsonColumn(name: string, column: readonly unknown[]): Tensor {
  const data = bytesColumn(column.map((item, i) => jsonText(item, `output '${name}': data value ${i}`)));
  return { name, datatype: 'BYTES', shape: [column.length, 1], data, parameters: { content_type: JSON_COLUMN } };
}

function jsonText(item: unknown, what: string): string {
  // Digits are JSON too.
  if (typeof item === 'bigint') return String(item);
  try {
    return JSON.stringify(item) ?? 'null';
  } catch (cause) {
    const text = `${what}: cannot be written as JSON (${(cause as Error).message.split('\n')[0]})`;
    throw new ServerError('INVALID_ARGUMENT', text, { cause });
  }
}
