import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inverse, product, solve } from '../../src/convert/linear-algebra.js';

describe('linear algebra', () => {
  it('multiplies', () => {
    assert.deepEqual([...product(Float64Array.of(1, 2, 3, 4), Float64Array.of(5, 6), 2, 2, 1)], [17, 39]);
  });

  it('solves when the first pivot is 0, and leaves its arguments alone', () => {
    const a = Float64Array.of(0, 2, 1, 1, 1, 0, 3, 0, 1);
    const b = Float64Array.of(7, 1, 3, 2, 6, 3);
    const copies = [a.slice(), b.slice()];
    const x = solve(a, b, 3)!;
    assert.deepEqual([a, b], copies);
    product(a, x, 3, 3, 2).forEach((value, i) => {
      assert.ok(Math.abs(value - b[i]) < 1e-14, `${i}: ${value}`);
    });
  });

  it('inverts', () => {
    assert.deepEqual([...inverse(Float64Array.of(2, 1, 1, 1), 2)!], [1, -1, -1, 2]);
  });

  it('says when there is no inverse', () => {
    assert.equal(inverse(Float64Array.of(1, 2, 2, 4), 2), undefined);
    assert.equal(inverse(Float64Array.of(Number.NaN), 1), undefined);
  });
});
