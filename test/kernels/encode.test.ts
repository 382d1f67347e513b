import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bins } from '../../src/kernels/bins.js';
import { encode } from '../../src/kernels/encode.js';
import { lookup } from '../../src/kernels/lookup.js';
import { oneHot } from '../../src/kernels/one-hot.js';
import { f64, runKernel, str } from '../support/kernel-values.js';
import { dense } from '../support/sparse-values.js';

describe('codes of categories', () => {
  const columns = [{ texts: ['a', null], name: 'city' }, { name: 'age' }];
  const numbers1 = Float64Array.of(5, Number.NaN, 0);

  it('of text and numbers, missing ones too', () => {
    const inputs = [str('a', null, 'b'), f64([3], 5, Number.NaN, -0)];
    assert.deepEqual(runKernel(encode, inputs, { columns, strict: false }, { numbers1 }), [
      f64([3, 2], 0, 0, 1, 1, -1, 2),
    ]);
  });

  it('of a matrix of numbers', () => {
    const numeric = [{ name: 'x' }, { name: 'y' }];
    const arrays = { numbers0: Float64Array.of(1), numbers1: Float64Array.of(2, 1) };
    const matrix = f64([2, 2], 1, 1, 7, 2);
    assert.deepEqual(runKernel(encode, [matrix], { columns: numeric, strict: false }, arrays), [
      f64([2, 2], 0, 1, -1, 0),
    ]);
  });

  it('are demanded of every value when strict', () => {
    const run = (text: string | null, number: number) =>
      runKernel(encode, [str(text), f64([1], number)], { columns, strict: true }, { numbers1 });
    assert.throws(() => run('b', 5), /column 'city': 'b' is none of the categories the model knows/);
    assert.throws(() => run('a', 6), /column 'age': 6 is none of the categories/);
    assert.deepEqual(run(null, 5), [f64([1, 2], 1, 0)]);
  });
});

describe('what codes stand for', () => {
  const codes = f64([3, 2], 0, 1, 1, -1, -1, 0);

  it('numbers, from one column of codes or another', () => {
    const arrays = { values: Float64Array.of(-9, 10, 11, -8, 20, 21), offsets: Int32Array.of(0, 3, 6) };
    assert.deepEqual(runKernel(lookup, [codes], { sources: [0, 1] }, arrays), [f64([3, 2], 10, 21, 11, -8, -9, 20)]);
    assert.deepEqual(runKernel(lookup, [codes], { sources: [1, 1] }, arrays), [f64([3, 2], 11, 21, -9, -8, 10, 20)]);
  });

  it('places of a one, or none', () => {
    const arrays = { targets: Int32Array.of(-1, 0, 1, 3, -1, 2), offsets: Int32Array.of(0, 3, 6) };
    assert.deepEqual(dense(runKernel(oneHot, [codes], {}, arrays), 4), [
      [1, 0, 1, 0],
      [0, 1, 0, 1],
      [0, 0, 0, 0],
    ]);
  });
});

describe('bins', () => {
  const arrays = { edges: Float64Array.of(1, 2, 5), offsets: Int32Array.of(0, 2, 3) };
  const matrix = f64([3, 2], 0.5, 5, 1, 4.99999999, 3, 9);

  it('begin with their lower edge', () => {
    assert.deepEqual(runKernel(bins, [matrix], { lenient: false }, arrays), [f64([3, 2], 0, 1, 1, 0, 2, 1)]);
  });

  it('begin a little before it when lenient', () => {
    assert.deepEqual(runKernel(bins, [matrix], { lenient: true }, arrays), [f64([3, 2], 0, 1, 1, 1, 2, 1)]);
  });
});
