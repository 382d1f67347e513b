import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../../src/kernels/tally.js';
import { f64, i32, runKernel } from '../support/kernel-values.js';

const choices = [i32([2], 0, 2), i32([2], 1, 2)];
const weights = Float64Array.of(1, 2);

test('weights of those who chose a class', () => {
  const votes = runKernel(tally, choices, { classes: 3, otherwise: 0, divideBy: 1 }, { weights });
  assert.deepEqual(votes, [f64([2, 3], 1, 2, 0, 0, 0, 3)]);
});

test('classes that were not chosen may get something too', () => {
  const votes = runKernel(tally, choices, { classes: 3, otherwise: -0.5, divideBy: 2 }, { weights });
  assert.deepEqual(votes, [f64([2, 3], 0, 0.75, -0.75, -0.75, -0.75, 1.5)]);
});
