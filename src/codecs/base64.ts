import { isUtf8 } from 'node:buffer';
import { type BytesColumn, bytesAt, bytesColumn, isMissingText, textAt } from '../core/tensor.js';
import { badInput, checkBytes, type TensorCodec } from './codec.js';

const CONTENT_TYPE = 'base64';

/** The last four characters, up to which a new encoding is the same text. */
const LAST_GROUP = /^[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==)$/;

/** Content type `base64`: a list of byte strings. Bytes that cannot be text at all are taken for what they are, not for base64. */
export const base64Codec: TensorCodec<Uint8Array[], readonly Uint8Array[]> = {
  contentType: CONTENT_TYPE,

  decode(tensor) {
    checkBytes(tensor, CONTENT_TYPE);
    const column = tensor.data as BytesColumn;
    return Array.from({ length: column.offsets.length - 1 }, (_, i) => {
      const given = bytesAt(column, i);
      if (isMissingText(column, i)) throw badInput(tensor, `data value ${i}: expected base64, got null`);
      if (!isUtf8(given)) return given.slice();
      const text = textAt(column, i);
      const bytes = decodeBase64(text);
      if (bytes !== undefined) return bytes;
      throw badInput(tensor, `data value ${i}: expected base64, got '${text.slice(0, 40)}'`);
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

/** Undefined for what is no base64 with its padding: Node passes over characters that do not belong. */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  const again = bytes.toString('base64');
  const same = again.length === text.length && again.slice(0, -4) === text.slice(0, -4);
  return same && (text === '' || LAST_GROUP.test(text.slice(-4))) ? new Uint8Array(bytes) : undefined;
}
