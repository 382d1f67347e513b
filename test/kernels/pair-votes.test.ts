import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairVotes } from '../../src/kernels/pair-votes.js';
import { f64, i32, runKernel } from '../support/kernel-values.js';

test('votes, and confidences between them', () => {
  // Pairs (0,1), (0,2), (1,2): class 0 beats 1, 2 beats 0, 1 beats 2: one vote each.
  const choices = [i32([1], 0), i32([1], 1), i32([1], 0)];
  const confidences = [f64([1], -1), f64([1], 2), f64([1], -1)];
  const [scores] = runKernel(pairVotes, [...choices, ...confidences], { classes: 3 });
  assert.deepEqual(scores, f64([1, 3], 1 - 1 / 6, 1, 1 + 1 / 6));
});
