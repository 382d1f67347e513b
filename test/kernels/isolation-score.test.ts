import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isolationScore } from '../../src/kernels/isolation-score.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('short paths score low', () => {
  const answers = runKernel(isolationScore, [f64([2], 2, 4)], { ordinary: 4, offset: -0.5 });
  assert.deepEqual(answers, [f64([2], -(2 ** -0.5), -0.5), f64([2], 0.5 - 2 ** -0.5, 0)]);
});

test('trees of one node tell nothing', () => {
  const [scores] = runKernel(isolationScore, [f64([1], 0)], { ordinary: 0, offset: 0 });
  assert.deepEqual(scores, f64([1], -0.5));
});
