import assert from 'node:assert/strict';
import { test } from 'node:test';
import { power } from '../../src/kernels/power.js';
import { f64, runKernel } from '../support/kernel-values.js';

const lambdas = Float64Array.of(0, 2, 0.5);

function run(method: 'yeo-johnson' | 'box-cox', inverse: boolean, ...row: number[]): number[] {
  return [...(runKernel(power, [f64([1, 3], ...row)], { method, inverse }, { lambdas })[0].data as Float64Array)];
}

test('powers, and logarithms where a power would be 0', () => {
  close(run('box-cox', false, Math.E, 3, 4), [1, 4, 2]);
  close(run('yeo-johnson', false, Math.E - 1, 1 - Math.E, 8), [1, -1, 4]);
});

function close(got: readonly number[], expected: readonly number[]): void {
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-13, `got ${got}, expected ${expected}`);
  });
}

test('the way back', () => {
  for (const method of ['yeo-johnson', 'box-cox'] as const) {
    const row = method === 'box-cox' ? [0.1, 2, 7] : [-3, -0.5, 7];
    close(run(method, true, ...run(method, false, ...row)), row);
  }
});

test('Box and Cox need numbers above 0, missing ones aside', () => {
  assert.throws(() => run('box-cox', false, 1, 0, 1), /row 0, column 1: expected a number above 0 \(Box-Cox\), got 0/);
  assert.ok(Number.isNaN(run('box-cox', false, 1, 1, Number.NaN)[2]));
});
