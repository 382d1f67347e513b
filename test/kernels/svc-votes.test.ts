import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svcVotes } from '../../src/kernels/svc-votes.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('a pair votes for its first class above 0, else for the other; scores part equal votes', () => {
  // Pairs (0,1), (0,2), (1,2): one vote for each class, then all against class 0.
  const decisions = f64([2, 3], 2, -1, 0.5, -1, -1, 0);
  const squeezed = (sum: number) => sum / (3 * (Math.abs(sum) + 1));
  assert.deepEqual(runKernel(svcVotes, [decisions], { classes: 3 }), [
    f64([2, 3], 1, 1, 1, 0, 1, 2),
    f64([2, 3], 1 + squeezed(1), 1 + squeezed(-1.5), 1 + squeezed(0.5), squeezed(-2), 1 + squeezed(1), 2 + squeezed(1)),
  ]);
});
