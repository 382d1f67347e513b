import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedMedian } from '../../src/kernels/weighted-median.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('the first prediction at which half of the weight is reached', () => {
  const predictions = f64([3, 3], 5, 1, 9, 1, 2, 3, 4, 4, 0);
  const median = (...weights: number[]) =>
    runKernel(weightedMedian, [predictions], {}, { weights: Float64Array.from(weights) });
  assert.deepEqual(median(1, 1, 1), [f64([3], 5, 2, 4)]);
  assert.deepEqual(median(1, 5, 1), [f64([3], 1, 2, 4)]);
  assert.deepEqual(median(1, 1, 2), [f64([3], 5, 2, 0)]);
});
