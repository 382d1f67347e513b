import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNpy } from '../../src/formats/npy.js';
import { asFloat64, field } from '../../src/formats/pickle/access.js';
import { joined } from '../support/pickle-parts.js';

/** An .npy file of version 1 with this header. */
function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUInt16LE(header.length);
  return joined('\x93NUMPY', version, 0, length, header, data);
}

const numbers = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);
const place = (bytes: Uint8Array) => ({ path: 'array', value: readNpy(bytes) });

describe('.npy files', () => {
  it('arrays are read in both orders and all versions', () => {
    const data = numbers(1, 2, 3, 4, 5, 6);
    const c = place(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }   \n", data));
    assert.deepEqual([...asFloat64(c).data], [1, 2, 3, 4, 5, 6]);
    const f = place(npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n", data, 2));
    assert.deepEqual([...asFloat64(f).data], [1, 3, 5, 2, 4, 6]);
    const scalar = place(npy("{'descr': '>i2', 'fortran_order': False, 'shape': (), }\n", joined(1, 0)));
    assert.deepEqual([...asFloat64(scalar).data], [256]);
  });

  it('records with padding are read by field', () => {
    const descr = "[('a', '|u1'), ('', '|V7'), ('b', '<f8')]";
    const data = joined(7, new Uint8Array(7), numbers(1.5));
    const records = place(npy(`{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }`, data));
    assert.deepEqual([...asFloat64(field(records, 'a')).data], [7]);
    assert.deepEqual([...asFloat64(field(records, 'b')).data], [1.5]);
  });

  const header = (descr: string, shape = '(1,)') => `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }`;
  const refused: readonly [what: string, file: Uint8Array, message: RegExp][] = [
    ['something else', joined('NUMPY...'), /does not begin as \.npy/],
    ['version 4', npy(header("'<f8'"), numbers(1), 4), /version 4/],
    ['too few data', npy(header("'<f8'", '(2,)'), numbers(1)), /needs 16 bytes, got 8/],
    ['too many data', npy(header("'<f8'"), numbers(1, 2)), /needs 8 bytes, got 16/],
    ['objects', npy(header("'|O'"), numbers(1)), /cannot be made of bytes/],
    ['an unknown type', npy(header("'<q9'"), numbers(1)), /dtype "<q9" is not supported/],
    ['a shape that is no tuple', npy(header("'<f8'", '1'), numbers(1)), /a shape must be a tuple/],
    ['a header that is no literal', npy("open('x')", numbers(1)), /no literal of Python/],
    ['a header that is no dict', npy('[1]', numbers(1)), /must be a dict/],
    ['a header longer than the file', joined('\x93NUMPY', 1, 0, 255, 0, '{}'), /but 2 are left/],
  ];
  for (const [what, file, message] of refused)
    it(`${what} is refused`, () => assert.throws(() => readNpy(file), message));
});
