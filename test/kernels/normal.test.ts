import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalQuantile, normalShare } from '../../src/kernels/normal.js';

function close(got: number, expected: number, what: string): void {
  assert.ok(Math.abs(got - expected) <= 4e-15 * Math.abs(expected), `${what}: got ${got}, expected ${expected}`);
}

// As scipy.stats.norm has them.
const QUANTILES: readonly (readonly [share: number, number: number])[] = [
  [1e-300, -37.0470962993612],
  [1e-7, -5.1993375821928165],
  [0.01, -2.3263478740408408],
  [0.075, -1.4395314709384563],
  [0.2, -0.8416212335729142],
  [0.5, 0],
  [0.925, 1.4395314709384563],
  [0.99, 2.3263478740408408],
];
const SHARES: readonly (readonly [number: number, share: number])[] = [
  [-5, 2.866515718791933e-7],
  [-3.1, 0.0009676032132183563],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2.9, 0.998134186699616],
  [3, 0.9986501019683699],
  [6, 0.9999999990134123],
  [9, 1],
];

test('numbers below which a share lies', () => {
  for (const [share, number] of QUANTILES) close(normalQuantile(share), number, `${share}`);
  assert.deepEqual([0, 1, -0.1, 1.1, Number.NaN].map(normalQuantile), [-Infinity, Infinity, NaN, NaN, NaN]);
});

test('shares below a number', () => {
  for (const [number, share] of SHARES) close(normalShare(number), share, `${number}`);
  assert.deepEqual([-Infinity, Infinity, Number.NaN].map(normalShare), [0, 1, NaN]);
});

test('each undoes the other', () => {
  for (let share = 0.001; share < 1; share += 0.001)
    assert.ok(Math.abs(normalShare(normalQuantile(share)) - share) < 1e-15, `${share}`);
});
