import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columns } from '../../src/kernels/columns.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('neighbouring columns, or one as a vector', () => {
  const matrix = f64([2, 3], 1, 2, 3, 4, 5, 6);
  assert.deepEqual(runKernel(columns, [matrix], { from: 1, to: 3, flat: false }), [f64([2, 2], 2, 3, 5, 6)]);
  assert.deepEqual(runKernel(columns, [matrix], { from: 0, to: 1, flat: true }), [f64([2], 1, 4)]);
});
