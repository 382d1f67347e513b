import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpolate } from '../../src/kernels/interpolate.js';
import { quantile } from '../../src/kernels/quantile.js';
import { f64, runKernel } from '../support/kernel-values.js';

const arrays = { quantiles: Float64Array.of(0, 1, 1, 5), references: Float64Array.of(0, 0.25, 0.75, 1) };
const params = { columns: 1, normal: false, single: false, singleEdges: false, inverse: false };

function one(x: number, changes: Partial<typeof params> = {}): number {
  return Number(runKernel(quantile, [f64([1, 1], x)], { ...params, ...changes }, arrays)[0].data[0]);
}

test('lines between points: the last of equal points, the ends beyond them', () => {
  const [xs, ys] = [Float64Array.of(0, 1, 1, 3), Float64Array.of(0, 1, 5, 9)];
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2, 9].map(x => interpolate(x, xs, ys)),
    [0, 0, 0.5, 5, 7, 9],
  );
  assert.ok(Number.isNaN(interpolate(Number.NaN, xs, ys)));
});

test('a number that was seen often has the middle of its shares', () => {
  assert.deepEqual(
    [-1, 0, 0.5, 1, 3, 5, 9].map(x => one(x)),
    [0, 0, 0.125, 0.5, 0.875, 1, 1],
  );
  assert.ok(Number.isNaN(one(Number.NaN)));
});

test('a normal spread ends at the same number on both sides', () => {
  assert.ok(Math.abs(one(1, { normal: true })) < 1e-15);
  for (const x of [9, -9]) assert.ok(Math.abs(one(x, { normal: true }) - Math.sign(x) * 5.19933758) < 1e-8);
});

test('the way back', () => {
  assert.deepEqual(
    [0, 0.125, 0.875, 1, 2].map(x => one(x, { inverse: true })),
    [0, 0.5, 3, 5, 5],
  );
  assert.equal(one(9, { inverse: true, normal: true }), 5);
});
