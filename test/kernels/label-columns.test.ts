import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelColumns } from '../../src/kernels/label-columns.js';
import { i32, runKernel } from '../support/kernel-values.js';

const positions = [i32([2], 1, 0), i32([2], 0, 2)];

test('numbers of several outputs', () => {
  const arrays = { 0: BigInt64Array.of(5n, 7n), 1: BigInt64Array.of(1n, 2n, 3n) };
  const [labels] = runKernel(labelColumns, positions, {}, arrays);
  assert.deepEqual(labels, { type: 'i64', shape: [2, 2], data: BigInt64Array.of(7n, 1n, 5n, 3n) });
});

test('text of several outputs', () => {
  const texts = [
    ['a', 'b'],
    ['x', 'y', 'z'],
  ];
  const [labels] = runKernel(labelColumns, positions, { texts });
  assert.deepEqual(labels, { type: 'str', shape: [2, 2], data: ['b', 'x', 'a', 'z'] });
});
