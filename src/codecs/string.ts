import { type BytesColumn, bytesColumn, optionalTexts } from '../core/tensor.js';
import { checkBytes, type TensorCodec } from './codec.js';

const CONTENT_TYPE = 'str';

/** Content type `str`: a list of texts, null where one is missing. */
export const stringCodec: TensorCodec<(string | null)[], readonly string[]> = {
  contentType: CONTENT_TYPE,

  decode(tensor) {
    checkBytes(tensor, CONTENT_TYPE);
    return optionalTexts(tensor.data as BytesColumn);
  },

  /** An empty list counts as one of texts. */
  canEncode: value => Array.isArray(value) && value.every(item => typeof item === 'string'),

  encode: (name, values) => ({
    name,
    datatype: 'BYTES',
    shape: [values.length, 1],
    data: bytesColumn(values),
    parameters: { content_type: CONTENT_TYPE },
  }),
};
