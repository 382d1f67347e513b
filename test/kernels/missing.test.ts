import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillText, missing } from '../../src/kernels/missing.js';
import { f64, runKernel, str } from '../support/kernel-values.js';

test('missing values of some columns, of text and numbers', () => {
  const inputs = [str('a', null), f64([2], Number.NaN, 1)];
  assert.deepEqual(runKernel(missing, inputs, { missing: null, kept: [1, 0], complete: [] }), [
    f64([2, 2], 1, 0, 0, 1),
  ]);
  assert.deepEqual(runKernel(missing, inputs, { missing: 'a', kept: [0], complete: [] }), [f64([2, 1], 1, 0)]);
  assert.deepEqual(runKernel(missing, [f64([2, 1], 7, 8)], { missing: 7, kept: [0], complete: [] }), [
    f64([2, 1], 1, 0),
  ]);
});

test('columns that must be complete', () => {
  const params = { missing: null, kept: [0], complete: [{ column: 1, name: 'age' }] };
  assert.throws(() => runKernel(missing, [f64([1, 2], 1, Number.NaN)], params), /column 'age': a value is missing/);
});

test('texts in place of missing ones', () => {
  assert.deepEqual(runKernel(fillText, [str('a', null)], { missing: null, fill: '?' }), [str('a', '?')]);
  assert.deepEqual(runKernel(fillText, [str('a', null)], { missing: 'a', fill: 'b' }), [str('b', null)]);
});
