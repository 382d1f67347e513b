import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SomeRows } from '../../src/runtimes/some-rows.js';
import { CaseRows } from '../support/case-rows.js';

test('some rows of a batch, as numbers, chosen columns, one column, and text', () => {
  const data = [1, 'a', 2, 3, 'b', 4, 5, null, 6];
  const input = { columns: 3, types: ['number', 'text', 'number'], datatype: 'FP64', missing: true } as const;
  const some = new SomeRows(CaseRows.of({ datatype: 'FP64', shape: [3, 3], data }, input), [2, 0]);
  assert.equal(some.rows, 2);
  assert.deepEqual(some.matrix('f64', [2, 0]), { type: 'f64', shape: [2, 2], data: Float64Array.of(6, 5, 2, 1) });
  assert.deepEqual(some.matrix('f32', [0]), { type: 'f32', shape: [2, 1], data: Float32Array.of(5, 1) });
  assert.deepEqual(some.column(2, 'f64'), { type: 'f64', shape: [2], data: Float64Array.of(6, 2) });
  assert.deepEqual(some.column(1, 'str'), { type: 'str', shape: [2], data: [null, 'a'] });
});
