import { DATATYPES, type Datatype, isDatatype, type NumericArray } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { float16ToNumber } from '../core/float16.js';
import { elementCount, isBytes, optionalTexts, type Tensor } from '../core/tensor.js';
import { kindOf, type TensorCodec } from './codec.js';
import { datatypeOf, flatten, isTypedArray, tensorData } from './plain-values.js';

/** An n-dimensional array, flat and row-major. Halves are widened to FP32; BYTES are texts, null where one is missing. */
export interface NdArray {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: NumericArray | (string | null)[];
}

/** What can become an array: one, typed arrays, numbers, booleans, and lists of these of any depth. */
export type ArrayValue =
  | { readonly datatype?: Datatype; readonly shape: readonly number[]; readonly data: ArrayLike<unknown> }
  | ArrayLike<unknown>
  | number
  | bigint
  | boolean;

const CONTENT_TYPE = 'np';

/** Content type `np`. As with MLServer, [n] goes out as [n, 1], and a single value as [1]. */
export const numpyCodec: TensorCodec<NdArray, ArrayValue> = {
  contentType: CONTENT_TYPE,

  decode({ datatype, shape, data }) {
    if (isBytes(data)) return { datatype, shape, data: optionalTexts(data) };
    if (datatype !== 'FP16') return { datatype, shape, data };
    return { datatype: 'FP32', shape, data: Float32Array.from(data as Uint16Array, float16ToNumber) };
  },

  canEncode(value) {
    if (isNdArray(value)) return true;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return true;
    return isTypedArray(value) || (Array.isArray(value) && value.length > 0 && holdsNumbers(value));
  },

  encode(name, value): Tensor {
    const what = `output '${name}'`;
    const given = isNdArray(value) ? { ...value, values: value.data } : flatten(value, false, what);
    const asked = isNdArray(value) ? value.datatype : undefined;
    if (asked !== undefined && !isDatatype(asked)) {
      throw bad(what, `expected a datatype of ${DATATYPES.join(', ')}, got '${asked}'`);
    }
    const datatype = asked ?? datatypeOf(given.values);
    if (datatype === undefined) {
      throw bad(what, `expected values of one kind for content type 'np', got ${kindOf(given.values[0])} among them`);
    }
    const data = tensorData(datatype, given.values, what);
    const needed = elementCount(given.shape, what);
    if (needed !== given.values.length) {
      throw bad(what, `shape [${given.shape}] needs ${needed} values, got ${given.values.length}`);
    }
    return { name, datatype, shape: outputShape(given.shape), data, parameters: { content_type: CONTENT_TYPE } };
  },
};

function outputShape(shape: readonly number[]): readonly number[] {
  if (shape.length === 0) return [1];
  return shape.length === 1 ? [shape[0], 1] : shape;
}

function isNdArray(value: unknown): value is Extract<ArrayValue, { readonly shape: readonly number[] }> {
  if (typeof value !== 'object' || value === null) return false;
  const { shape, data } = value as { shape?: unknown; data?: unknown };
  return Array.isArray(shape) && (Array.isArray(data) || isTypedArray(data));
}

/** Whether the first value, however deep in lists, is one of an array. */
function holdsNumbers(list: readonly unknown[]): boolean {
  const [first] = list;
  if (Array.isArray(first)) return first.length > 0 && holdsNumbers(first);
  if (typeof first === 'number' || typeof first === 'bigint' || typeof first === 'boolean') return true;
  return first === null || (isTypedArray(first) && !(first instanceof Uint8Array));
}

function bad(what: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${what}: ${problem}`);
}
