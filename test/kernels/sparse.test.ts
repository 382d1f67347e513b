import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { denseSparse, sparseDense } from '../../src/kernels/sparse-dense.js';
import { sparseProduct } from '../../src/kernels/sparse-product.js';
import { SparseBuilder } from '../../src/kernels/sparse-rows.js';
import { sparseSelect } from '../../src/kernels/sparse-select.js';
import { sparseWeights } from '../../src/kernels/sparse-weights.js';
import { f64, runKernel } from '../support/kernel-values.js';
import { dense, sparse } from '../support/sparse-values.js';

const rows = sparse([0, 2, 0, -1], [0, 0, 0, 0], [3, 0, 4, 0]);

describe('sparse rows', () => {
  it('grow and begin anew', () => {
    const builder = new SparseBuilder();
    for (const count of [1000, 3]) {
      builder.begin(2);
      for (let i = 0; i < count; i++) builder.add(i, i);
      builder.endRow();
      builder.endRow();
      const [offsets, columns] = builder.finish();
      assert.deepEqual([...(offsets.data as Int32Array)], [0, count, count]);
      assert.equal(columns.data.length, count);
    }
  });

  it('become a matrix, and a matrix sparse rows', () => {
    const [matrix] = runKernel(sparseDense, rows, { width: 4, type: 'f64' }, {}, 3);
    assert.deepEqual(matrix, f64([3, 4], 0, 2, 0, -1, 0, 0, 0, 0, 3, 0, 4, 0));
    assert.deepEqual(runKernel(denseSparse, [matrix], {}), rows);
    assert.ok(runKernel(sparseDense, rows, { width: 4, type: 'f32' }, {}, 3)[0].data instanceof Float32Array);
  });

  it('times weights, plus a bias', () => {
    const weights = Float64Array.of(1, 10, 2, 20, 3, 30, 4, 40);
    const product = (arrays: Record<string, Float64Array>) => runKernel(sparseProduct, rows, { width: 2 }, arrays, 3);
    assert.deepEqual(product({ weights }), [f64([3, 2], 0, 0, 0, 0, 15, 150)]);
    assert.deepEqual(product({ weights, bias: Float64Array.of(0.5, 1) }), [f64([3, 2], 0.5, 1, 0.5, 1, 15.5, 151)]);
  });

  it('of some columns, in another order', () => {
    const targets = Int32Array.of(1, -1, -1, 0);
    assert.deepEqual(dense(runKernel(sparseSelect, rows, {}, { targets }, 3), 2), [
      [-1, 0],
      [0, 0],
      [0, 3],
    ]);
  });
});

describe('weights of sparse values', () => {
  const weighted = (params: Parameters<typeof sparseWeights>[0]['params'], factors?: Float64Array) => {
    const [values] = runKernel(sparseWeights, rows, params, factors ? { factors } : {}, 3);
    return [...(values.data as Float64Array)];
  };

  it('by column, by one factor, and rounded', () => {
    assert.deepEqual(weighted({}, Float64Array.of(1, 10, 100, 1000)), [20, -1000, 3, 400]);
    assert.deepEqual(weighted({ factor: 0.1, float32: true }), [0.2, -0.1, 0.3, 0.4].map(Math.fround));
  });

  it('logarithms first, then factors, then the norm', () => {
    const [, , a, b] = weighted({ sublinear: true, norm: 'l1' }, Float64Array.of(1, 1, 2, 1));
    const [x, y] = [1 + Math.log(3), 2 * (1 + Math.log(4))];
    assert.ok(Math.abs(a - x / (x + y)) < 1e-15 && Math.abs(b - y / (x + y)) < 1e-15);
  });

  it('the three norms', () => {
    assert.deepEqual(weighted({ norm: 'l2' }).slice(2), [3 / 5, 4 / 5]);
    assert.deepEqual(weighted({ norm: 'l1' }), [2 / 3, -1 / 3, 3 / 7, 4 / 7]);
    assert.deepEqual(weighted({ norm: 'max' }), [1, -1 / 2, 3 / 4, 1]);
  });

  it('flags of what is above a limit', () => assert.deepEqual(weighted({ above: 2 }), [0, 0, 1, 1]));
});
