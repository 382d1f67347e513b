import { badValue } from '../../core/bad-input.js';
import {
  type Datatype,
  INTEGER_RANGE,
  type NumericArray,
  type NumericDatatype,
  newArray,
} from '../../core/datatype.js';
import { float16FromNumber } from '../../core/float16.js';
import type { TensorHeader } from './tensor-header.js';

const TWO_TO_32 = 2 ** 32;

/** Half precision ends at 65504; what would round to 2^16 does not fit. */
const FLOAT16_END = 65520;

const BOUNDS: Partial<Record<Datatype, readonly [min: number, max: number]>> = {
  ...INTEGER_RANGE,
  BOOL: [0, 1],
  // Beyond the safe integers values come apart, see `exact` below
  INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  UINT64: [0, Number.MAX_SAFE_INTEGER],
};

/**
 * A new array of the header's datatype with these doubles, and with `exact` where a 64-bit integer is no safe integer. FP16 and
 * FP32 are rounded to the nearest; an integer datatype takes whole numbers in its range only, else INVALID_ARGUMENT.
 */
export function narrow(
  header: TensorHeader,
  doubles: Float64Array,
  exact: ReadonlyMap<number, bigint> | undefined,
): NumericArray {
  const datatype = header.datatype as NumericDatatype;
  if (datatype === 'FP64') return doubles.slice();
  if (datatype === 'FP32') return new Float32Array(doubles);
  if (datatype === 'FP16') return toFloat16(header, doubles);
  checkWhole(header, doubles);
  const array = newArray(datatype, doubles.length);
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

function checkWhole(header: TensorHeader, values: Float64Array): void {
  const [min, max] = BOUNDS[header.datatype] as readonly [number, number];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!(value >= min && value <= max) || value !== Math.floor(value))
      throw badValue(header.name, header.datatype, i, String(value));
  }
}

function toFloat16(header: TensorHeader, values: Float64Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const size = Math.abs(value);
    if (size >= FLOAT16_END && size !== Number.POSITIVE_INFINITY)
      throw badValue(header.name, header.datatype, i, String(value));
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
