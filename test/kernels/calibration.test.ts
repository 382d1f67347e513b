import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibration } from '../../src/kernels/calibration.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('a sigmoid by column', () => {
  const arrays = { a: Float64Array.of(-1, -2), b: Float64Array.of(0, 1) };
  const [shares] = runKernel(calibration, [f64([2, 2], 0, 0.5, 3, 0)], {}, arrays);
  assert.deepEqual(shares, f64([2, 2], 0.5, 0.5, 1 / (1 + Math.exp(-3)), 1 / (1 + Math.exp(1))));
});

test('broken lines stay level beyond their ends', () => {
  const arrays = {
    x: Float64Array.of(0, 1, 3, 7),
    y: Float64Array.of(0.25, 0.5, 1, 0.125),
    starts: Int32Array.of(0, 3, 4),
  };
  const scores = f64([4, 2], -5, -1, 0.5, 7, 2, 8, 9, 0);
  const [shares] = runKernel(calibration, [scores], {}, arrays);
  assert.deepEqual(shares, f64([4, 2], 0.25, 0.125, 0.375, 0.125, 0.75, 0.125, 1, 0.125));
});
