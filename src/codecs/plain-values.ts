/* Values as JavaScript writes them - flat or nested lists, typed arrays, single values - as the data of a tensor. */
import { wrongValue } from '../core/bad-input.js';
import { type Datatype, INTEGER_RANGE, type NumericArray, type NumericDatatype, newArray } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { float16FromNumber } from '../core/float16.js';
import { bytesColumn, type TensorData } from '../core/tensor.js';
import { kindOf } from './codec.js';

/** A flat list and the sizes of the lists it stood in. */
export interface FlatValues {
  readonly values: ArrayLike<unknown>;
  readonly shape: readonly number[];
}

type TypedArray = Exclude<NodeJS.TypedArray, never>;

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/**
 * Lists in lists as one list; a single value has the shape []. For BYTES a Uint8Array is a value, for numbers a list of them.
 * Throws INVALID_ARGUMENT when lists beside each other differ in length or depth.
 */
export function flatten(value: unknown, bytesAreValues: boolean, what: string): FlatValues {
  const isList = (item: unknown): item is ArrayLike<unknown> =>
    Array.isArray(item) || (isTypedArray(item) && !(bytesAreValues && item instanceof Uint8Array));
  if (!isList(value)) return { values: [value], shape: [] };
  if (!Array.isArray(value) || !value.some(isList)) return { values: value, shape: [value.length] };
  const parts = value.map(item => flatten(item, bytesAreValues, what));
  const [{ shape }] = parts;
  const ragged = parts.findIndex(part => String(part.shape) !== String(shape));
  if (ragged >= 0) {
    throw bad(what, `item ${ragged} has the shape [${parts[ragged].shape}], the first one [${shape}]`);
  }
  return { values: parts.flatMap(part => Array.from(part.values)), shape: [value.length, ...shape] };
}

/** The datatype that holds these values; undefined when they are of no or of several kinds. */
export function datatypeOf(values: ArrayLike<unknown>): Datatype | undefined {
  if (isTypedArray(values)) return TYPED_ARRAYS.get(values.constructor);
  const kinds = new Set<string>();
  for (let i = 0; i < values.length; i++) kinds.add(kindOf(values[i]));
  // null is a missing number, as in JSON.
  if (kinds.size > 1) kinds.delete('null');
  return kinds.size === 1 ? DATATYPE_OF_KIND.get([...kinds][0]) : undefined;
}

/** A copy of flat values in new memory. Throws INVALID_ARGUMENT for a value that `datatype` cannot hold; `what` names the tensor. */
export function tensorData(datatype: Datatype, values: ArrayLike<unknown>, what: string): TensorData {
  if (datatype === 'BYTES') return bytesColumn(Array.from(values, (value, i) => bytesValue(value, i, what)));
  const data = newArray(datatype, values.length);
  if (datatype !== 'BOOL' && datatype !== 'FP16' && values.constructor === data.constructor) {
    (data as Float64Array).set(values as Float64Array);
    return data;
  }
  // Raw halves, as a tensor has them.
  if (datatype === 'FP16' && values instanceof Uint16Array) return values.slice();
  for (let i = 0; i < values.length; i++) put(data, datatype, i, values[i], what);
  return data;
}

const TYPED_ARRAYS = new Map<unknown, Datatype>([
  [Int8Array, 'INT8'],
  [Int16Array, 'INT16'],
  [Int32Array, 'INT32'],
  [BigInt64Array, 'INT64'],
  [Uint8Array, 'UINT8'],
  [Buffer, 'UINT8'],
  [Uint8ClampedArray, 'UINT8'],
  [Uint16Array, 'UINT16'],
  [Uint32Array, 'UINT32'],
  [BigUint64Array, 'UINT64'],
  [Float32Array, 'FP32'],
  [Float64Array, 'FP64'],
]);

const DATATYPE_OF_KIND = new Map<string, Datatype>([
  ['number', 'FP64'],
  ['null', 'FP64'],
  ['bigint', 'INT64'],
  ['boolean', 'BOOL'],
  ['string', 'BYTES'],
]);

/** Numbers from here on would be rounded to an infinity. */
const FLOAT_END = { FP16: 65520, FP32: 2 ** 128 * (1 - 2 ** -25), FP64: Number.POSITIVE_INFINITY };

function put(data: NumericArray, datatype: NumericDatatype, index: number, value: unknown, what: string): void {
  const wrong = () => wrongValue(what, datatype, index, shown(value));
  switch (datatype) {
    case 'BOOL':
      if (value !== true && value !== false && value !== 0 && value !== 1) throw wrong();
      data[index] = Number(value);
      return;
    case 'INT64':
    case 'UINT64': {
      const exact = typeof value === 'bigint' || Number.isSafeInteger(value);
      const whole = exact ? BigInt(value as number | bigint) : undefined;
      const fits = datatype === 'INT64' ? BigInt.asIntN : BigInt.asUintN;
      if (whole === undefined || fits(64, whole) !== whole) throw wrong();
      data[index] = whole;
      return;
    }
    case 'FP16':
    case 'FP32':
    case 'FP64': {
      if (typeof value !== 'number' && typeof value !== 'bigint' && value !== null) throw wrong();
      const number = value === null ? Number.NaN : Number(value);
      if (Number.isFinite(number) && Math.abs(number) >= FLOAT_END[datatype]) throw wrong();
      data[index] = datatype === 'FP16' ? float16FromNumber(number) : number;
      return;
    }
    default: {
      const [min, max] = INTEGER_RANGE[datatype]!;
      const number = typeof value === 'bigint' ? Number(value) : value;
      if (!Number.isInteger(number) || (number as number) < min || (number as number) > max) throw wrong();
      data[index] = number as number;
    }
  }
}

function bytesValue(value: unknown, index: number, what: string): string | Uint8Array {
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw bad(what, `data value ${index}: expected a string or a Uint8Array (BYTES), got ${shown(value)}`);
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : kindOf(value);
}

function bad(what: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${what}: ${problem}`);
}
