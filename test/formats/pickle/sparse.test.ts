import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asDense, asSparse, isSparse } from '../../../src/formats/pickle/sparse.js';
import { PyGlobal, PyObject, PyTuple, type PyValue } from '../../../src/formats/pickle/values.js';

/** A matrix with these attributes; lists serve as arrays. */
function matrix(format: string, shape: number[], attributes: Readonly<Record<string, PyValue>>) {
  const object = new PyObject(new PyGlobal(`scipy.sparse._${format}`, `${format}_matrix`));
  object.attributes.set('_shape', new PyTuple(shape));
  for (const [name, value] of Object.entries(attributes)) object.attributes.set(name, value);
  return { path: 'm', value: object as PyValue };
}

describe('sparse matrices', () => {
  it('repeated places add up, as in scipy', () => {
    const coo = matrix('coo', [1, 2], { data: [1, 2], row: [0, 0], col: [1, 1] });
    assert.deepEqual([...asDense(coo).data], [0, 3]);
    assert.ok(isSparse(coo));
  });

  it('surplus behind the last offset does not count', () => {
    const csr = matrix('csr', [1, 2], { indptr: [0, 1], indices: [1, 0], data: [5, 6] });
    assert.deepEqual([...asDense(csr).data], [0, 5]);
  });

  const csr = (indptr: number[], indices: number[], data: number[], shape = [2, 2]) =>
    matrix('csr', shape, { indptr, indices, data });
  const refused: readonly [what: string, value: ReturnType<typeof matrix>, message: RegExp][] = [
    ['a column outside', csr([0, 1, 1], [2], [1]), /a value at \[0, 2\] of a matrix of shape \[2,2\]/],
    ['a negative column', csr([0, 1, 1], [-1], [1]), /a value at \[0, -1\]/],
    ['offsets that fall', csr([0, 2, 1], [0, 1], [1, 2]), /indptr must not fall/],
    ['too few offsets', csr([0, 1], [0], [1]), /indptr of 2 values does not fit 2 rows/],
    ['offsets past the values', csr([0, 1, 5], [0], [1]), /does not fit/],
    [
      'coordinates of unequal length',
      matrix('coo', [1, 1], { data: [1], row: [0, 0], col: [0] }),
      /1 values with 2 rows/,
    ],
    ['a shape of three axes', matrix('csr', [1, 1, 1], {}), /no shape of a matrix/],
    ['another format', matrix('lil', [1, 1], {}), /lil_matrix is not supported/],
    ['a dense size beyond reason', csr([0, 0, 0], [], [], [2, 2 ** 30]), /too large/],
  ];
  for (const [what, value, message] of refused)
    it(`${what} is refused`, () => assert.throws(() => asDense(value), message));

  it('a huge but empty matrix costs nothing as triplets', () => {
    assert.equal(asSparse(csr([0, 0, 0], [], [], [2, 2 ** 30])).values.length, 0);
  });
});
