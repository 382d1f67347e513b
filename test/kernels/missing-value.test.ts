import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingValue } from '../../src/kernels/missing-value.js';
import type { Value } from '../../src/kernels/value.js';
import { runKernel } from '../support/kernel-values.js';

test('one number stands for missing, as float32', () => {
  const rows: Value<'f32'> = { type: 'f32', shape: [1, 3], data: Float32Array.of(0.1, 1, Number.NaN) };
  const [{ data }] = runKernel(missingValue, [rows], { value: 0.1 });
  assert.deepEqual(data, Float32Array.of(Number.NaN, 1, Number.NaN));
});
