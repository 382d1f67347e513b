import { type BytesColumn, bytesAt, bytesColumn, textAt } from '../core/tensor.js';
import { checkBytes, type TensorCodec } from './codec.js';

const CONTENT_TYPE = 'base64';

/** Content type `base64`: a list of byte strings. What is no valid base64 is taken for the bytes themselves, as MLServer does. */
export const base64Codec: TensorCodec<Uint8Array[], readonly Uint8Array[]> = {
  contentType: CONTENT_TYPE,

  decode(tensor) {
    checkBytes(tensor, CONTENT_TYPE);
    const column = tensor.data as BytesColumn;
    return Array.from({ length: column.offsets.length - 1 }, (_, i) => {
      const text = textAt(column, i);
      const bytes = Buffer.from(text, 'base64');
      return bytes.toString('base64') === text ? new Uint8Array(bytes) : bytesAt(column, i).slice();
    });
  },

  canEncode: value => Array.isArray(value) && value.length > 0 && value.every(item => item instanceof Uint8Array),

  encode: (name, values) => ({
    name,
    datatype: 'BYTES',
    shape: [values.length, 1],
    data: bytesColumn(values.map(bytes => Buffer.from(bytes).toString('base64'))),
    parameters: { content_type: CONTENT_TYPE },
  }),
};
