import assert from 'node:assert/strict';
import { test } from 'node:test';
import { argmax } from '../../src/kernels/argmax.js';
import { f64, i32, runKernel } from '../support/kernel-values.js';

const scores = f64([3, 3], 1, 2, 2, -1, -3, -1, 0, Number.NaN, 5);

test('argmax takes the first of equals, or the last when told so', () => {
  assert.deepEqual(runKernel(argmax, [scores], {}), [i32([3], 1, 0, 1)]);
  assert.deepEqual(runKernel(argmax, [scores], { last: true }), [i32([3], 2, 2, 1)]);
});

test('argmax as a column', () => {
  assert.deepEqual(runKernel(argmax, [scores], { column: true }), [i32([3, 1], 1, 0, 1)]);
});
