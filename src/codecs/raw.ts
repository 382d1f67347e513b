import type { NumericArray } from '../core/datatype.js';
import { float16ToNumber } from '../core/float16.js';
import { isBytes, optionalTexts, type Tensor } from '../core/tensor.js';
import type { TensorCodec } from './codec.js';
import { type ArrayValue, numpyCodec } from './numpy.js';
import { stringCodec } from './string.js';

const CONTENT_TYPE = 'raw';

/**
 * The data of a tensor, flat and row-major: a typed array (BOOL as 0 and 1, FP16 widened, 64-bit integers as bigints), or for
 * BYTES a list of texts, null where one is missing.
 */
export function plainData({ data, datatype }: Tensor): NumericArray | (string | null)[] {
  if (isBytes(data)) return optionalTexts(data);
  return datatype === 'FP16' ? Float32Array.from(data as Uint16Array, float16ToNumber) : data;
}

/** Content type `raw`: the data without their shape. Written as `np` and `str` write the same value. */
export const rawCodec: TensorCodec<NumericArray | (string | null)[], ArrayValue | readonly string[]> = {
  contentType: CONTENT_TYPE,
  decode: plainData,
  canEncode: value => stringCodec.canEncode(value) || numpyCodec.canEncode(value),
  encode(name, value) {
    const isTexts = stringCodec.canEncode(value);
    const tensor = isTexts ? stringCodec.encode(name, value as string[]) : numpyCodec.encode(name, value as ArrayValue);
    return { ...tensor, parameters: { content_type: CONTENT_TYPE } };
  },
};
