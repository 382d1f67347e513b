import assert from 'node:assert/strict';
import { test } from 'node:test';
import { squareNorm } from '../../src/kernels/square-norm.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('rows come back less the centre, with the square of their length behind', () => {
  const rows = f64([2, 2], 1, 2, -3, 4);
  assert.deepEqual(runKernel(squareNorm, [rows], {}, { centre: Float64Array.of(1, 0) }), [
    f64([2, 3], 0, 2, 4, -4, 4, 32),
  ]);
});
