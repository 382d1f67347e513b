import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedSum } from '../../src/kernels/weighted-sum.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('a weighted mean of matrices', () => {
  const parts = [f64([1, 2], 1, 2), f64([1, 2], 5, 8)];
  const sum = runKernel(weightedSum, parts, { divideBy: 4 }, { weights: Float64Array.of(3, 1) });
  assert.deepEqual(sum, [f64([1, 2], 2, 3.5)]);
});
