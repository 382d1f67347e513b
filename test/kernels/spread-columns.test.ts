import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spreadColumns } from '../../src/kernels/spread-columns.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('columns at their places in a wider matrix', () => {
  const matrix = f64([2, 2], 1, 2, 3, 4);
  const spread = runKernel(spreadColumns, [matrix], { positions: [3, 1], columns: 4 });
  assert.deepEqual(spread, [f64([2, 4], 0, 2, 0, 1, 0, 4, 0, 3)]);
});
