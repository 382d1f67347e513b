import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestCode } from '../../src/kernels/nearest-code.js';
import { f64, i32, runKernel } from '../support/kernel-values.js';

test('the nearest code word, of equally near ones the first', () => {
  const bits = [f64([3], 0.9, -3, 0), f64([3], -0.2, 1, 0)];
  const codes = Float64Array.of(-1, 1, 1, -1, 1, 1);
  assert.deepEqual(runKernel(nearestCode, bits, {}, { codes }), [i32([3], 1, 0, 0)]);
});
