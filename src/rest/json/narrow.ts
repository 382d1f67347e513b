import { INTEGER_RANGE, type NumericArray, type NumericDatatype, newArray } from '../../core/datatype.js';
import { ServerError } from '../../core/errors.js';
import { float16FromNumber } from '../../core/float16.js';
import { shorten } from './cursor.js';

const TWO_TO_32 = 2 ** 32;

/** Half precision ends at 65504; what would round to 2^16 does not fit. */
const FLOAT16_END = 65520;

const BOUNDS: Partial<Record<NumericDatatype, readonly [min: number, max: number]>> = {
  ...INTEGER_RANGE,
  BOOL: [0, 1],
  // Beyond the safe integers values come apart, see `exact` below
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
};

const EXPECTED: Record<NumericDatatype, string> = {
  BOOL: 'true, false, 1 or 0 (BOOL)',
  UINT8: 'a whole number from 0 to 255 (UINT8)',
  UINT16: 'a whole number from 0 to 65535 (UINT16)',
  UINT32: 'a whole number from 0 to 4294967295 (UINT32)',
  UINT64: 'a whole number from 0 to 18446744073709551615 (UINT64)',
  INT8: 'a whole number from -128 to 127 (INT8)',
  INT16: 'a whole number from -32768 to 32767 (INT16)',
  INT32: 'a whole number from -2147483648 to 2147483647 (INT32)',
  INT64: 'a whole number from -9223372036854775808 to 9223372036854775807 (INT64)',
  FP16: 'a number from -65504 to 65504 (FP16)',
  FP32: 'a number within the range of FP32',
  FP64: 'a number within the range of FP64',
};

/**
 * A new array of `datatype` that holds the first `count` doubles of `values`, and `exact` where a 64-bit integer is no safe
 * integer. FP16 and FP32 are rounded to the nearest; an integer datatype takes whole numbers in its range only.
 *
 * Throws INVALID_ARGUMENT naming `label` and the place of a value that does not fit.
 */
export function narrow(
  datatype: NumericDatatype,
  values: Float64Array,
  count: number,
  exact: ReadonlyMap<number, bigint> | undefined,
  label: string,
): NumericArray {
  const doubles = values.subarray(0, count);
  if (datatype === 'FP64') return doubles.slice();
  if (datatype === 'FP32') return new Float32Array(doubles);
  if (datatype === 'FP16') return toFloat16(doubles, label);
  checkWhole(datatype, doubles, label);
  const array = newArray(datatype, count);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    writeWords(doubles, new Int32Array(array.buffer));
    exact?.forEach((value, i) => {
      array[i] = value;
    });
  } else {
    array.set(doubles);
  }
  return array;
}

/** `got` is JSON. */
export function refuseValue(label: string, index: number, datatype: NumericDatatype, got: string): never {
  const message = `${label}: data value ${index}: expected ${EXPECTED[datatype]}, got ${shorten(got)}`;
  throw new ServerError('INVALID_ARGUMENT', message);
}

function checkWhole(datatype: NumericDatatype, values: Float64Array, label: string): void {
  const [min, max] = BOUNDS[datatype] as readonly [number, number];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value >= min && value <= max) || value !== Math.floor(value)) refuseValue(label, i, datatype, String(value));
  }
}

function toFloat16(values: Float64Array, label: string): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const size = Math.abs(value);
    if (size >= FLOAT16_END && size !== Number.POSITIVE_INFINITY) refuseValue(label, i, 'FP16', String(value));
    halves[i] = float16FromNumber(value);
  }
  return halves;
}

/** Safe integers as 64-bit words, low half first (all machines Node runs on are little-endian); a BigInt each would take tenfold. */
function writeWords(values: Float64Array, words: Int32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    words[2 * i] = value | 0;
    words[2 * i + 1] = Math.floor(value / TWO_TO_32);
  }
}
