import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normaliseRows } from '../../src/kernels/normalise-rows.js';
import { f64, runKernel } from '../support/kernel-values.js';

test('rows sum to one, but rows of zeros are what they are told to be', () => {
  const shares = f64([2, 2], 1, 3, 0, 0);
  assert.deepEqual(runKernel(normaliseRows, [shares], { whenZero: 0.5 }), [f64([2, 2], 0.25, 0.75, 0.5, 0.5)]);
});
