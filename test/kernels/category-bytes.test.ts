import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryBytes } from '../../src/kernels/category-bytes.js';
import { f64, runKernel } from '../support/kernel-values.js';

const NONE = Number.NaN;

test('known categories as bytes: fractions are cut off, and 257 is 1', () => {
  const rows = f64([8], 0, 1.9, 257, 300, 1e10, -0.5, -1, NONE);
  const read = (signed: boolean) =>
    Array.from(
      runKernel(categoryBytes, [rows], { columns: [0], signed }, { 0: Float64Array.of(0, 1) })[0].data as Float64Array,
    );
  assert.deepEqual(read(false), [0, 1, 1, NONE, 0, NONE, NONE, NONE]);
  assert.deepEqual(read(true), [0, 1, 1, NONE, 0, 0, NONE, NONE]);
});

test('other columns stay as they are', () => {
  const [{ data }] = runKernel(
    categoryBytes,
    [f64([2, 2], 0.5, 3, 7.5, 9)],
    { columns: [1], signed: false },
    { 0: Float64Array.of(3) },
  );
  assert.deepEqual(data, Float64Array.of(0.5, 3, 7.5, NONE));
});
