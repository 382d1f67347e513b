import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asFloat64, attr, root } from '../../../src/formats/pickle/access.js';
import { readModelObject } from '../../../src/formats/python-file.js';
import { estimator, joined, named, text, uint32 } from '../../support/pickle-parts.js';

type Part = number | string | Uint8Array;

const float64 = joined(
  named('numpy', 'dtype'),
  text('f8'),
  0x89,
  0x88,
  0x87,
  'R(K',
  3,
  text('<'),
  'NNNJ',
  uint32(-1),
  'J',
  uint32(-1),
  'K',
  0,
  'tb',
);
const objects = joined(
  named('numpy', 'dtype'),
  text('O8'),
  0x89,
  0x88,
  0x87,
  'R(K',
  3,
  text('|'),
  'NNNJ',
  uint32(-1),
  'J',
  uint32(-1),
  'K',
  63,
  'tb',
);
const numbers = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

interface Wrapper {
  readonly order?: string;
  readonly dtype?: Uint8Array;
  readonly padded?: boolean;
  readonly shape?: readonly Part[];
}

/** A file whose attribute coef_ is an array of shape [2, 3] between the opcodes, followed by `data` as they are. */
function file(
  data: readonly Part[],
  { order = 'C', dtype = float64, padded = true, shape = ['K', 2, 'K', 3, 0x86] }: Wrapper = {},
): Uint8Array {
  return estimator(
    text('coef_'),
    named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    joined(
      ')',
      0x81,
      '}(',
      text('subclass'),
      named('numpy', 'ndarray'),
      text('shape'),
      ...shape,
      text('order'),
      text(order),
    ),
    joined(text('dtype'), dtype, text('allow_mmap'), 0x88),
    padded ? joined(text('numpy_array_alignment_bytes'), 'K', 16) : '',
    'ub',
    ...data,
  );
}

const coef = (bytes: Uint8Array) => {
  const { data, shape } = asFloat64(attr(root(readModelObject(bytes).value), 'coef_'));
  assert.deepEqual([...shape], [2, 3]);
  return [...data];
};

describe('arrays between the opcodes', () => {
  const data = numbers(1, 2, 3, 4, 5, 6);

  it('with padding of any length, without, and column by column', () => {
    assert.deepEqual(coef(file([1, 0xff, data])), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(coef(file([16, new Uint8Array(16).fill(255), data])), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(coef(file([0, data])), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(coef(file([data], { padded: false })), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(coef(file([1, 0xff, data], { order: 'F' })), [1, 3, 5, 2, 4, 6]);
  });

  const inner = (shape: readonly Part[], count: number) =>
    joined(
      0x80,
      4,
      named('numpy._core.multiarray', '_reconstruct'),
      named('numpy', 'ndarray'),
      joined('K', 0, 0x85, 'C', 1, 'b', 0x87, 'R(K', 1),
      ...shape,
      objects,
      0x89,
      joined(']', 0x94, '(', 'K', 7, '2'.repeat(count - 1), 'etb.'),
    );

  it('objects are a pickle of their own, with a memo of its own', () => {
    const shape = ['K', 2, 'K', 3, 0x86];
    assert.deepEqual(coef(file([inner(shape, 6)], { dtype: objects })), [7, 7, 7, 7, 7, 7]);
  });

  const refused: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['an array cut off', file([1, 0xff, numbers(1)]), /an array of shape \[2,3\] and dtype f8 of 48 bytes/],
    ['padding past the end', file([200]), /the padding of an array of 200 bytes/],
    ['another order', file([0, data], { order: 'K' }), /order must be "C" or "F"/],
    ['a shape that is a list', file([0, data], { shape: [']'] }), /a shape must be a tuple, got list/],
    ['a dtype that is text', file([0, data], { dtype: text('f8') }), /dtype must be a dtype, got str/],
    [
      'objects of another shape',
      file([inner(['K', 1, 0x85], 1)], { dtype: objects }),
      /of shape \[2,3\] was announced, got O array of shape \[1\]/,
    ],
    ['objects that are no array', file([joined(0x80, 4, 'N.')], { dtype: objects }), /was announced, got None/],
  ];
  for (const [what, bytes, message] of refused)
    it(`${what} is refused`, () => assert.throws(() => readModelObject(bytes), message));
});
