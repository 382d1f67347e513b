import assert from 'node:assert/strict';
import { test } from 'node:test';
import { difference } from '../../src/kernels/difference.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('how far the second of two scores is ahead', () => {
  assert.deepEqual(runKernel(difference, [f64([2, 2], 1, 4, 2, 0.5)], {}), [f64([2], 3, -1.5)]);
});
