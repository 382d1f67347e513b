import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Extrapolation, splines } from '../../src/kernels/splines.js';
import { f64, runKernel } from '../support/kernel-values.js';

const knots = Float64Array.of(-3, -2, -1, 0, 1, 2.5, 4, 5, 6, 7);

function values(x: number, degree: number, extrapolation: Extrapolation, kept: number): number[] {
  const params = { degree, extrapolation, features: 1, kept };
  return [...(runKernel(splines, [f64([1, 1], x)], params, { knots })[0].data as Float64Array)];
}

describe('splines', () => {
  it('add up to 1 wherever they go on', () => {
    for (const extrapolation of ['continue', 'constant', 'linear'] as const) {
      for (const x of [-2, 0, 0.3, 2.5, 3.9, 4, 6]) {
        const sum = values(x, 3, extrapolation, 6).reduce((total, value) => total + value, 0);
        assert.ok(Math.abs(sum - 1) < 1e-12, `${extrapolation} at ${x}: ${sum}`);
      }
    }
  });

  it('of degree 1 are hats', () => {
    const [first, ...others] = values(-1.75, 1, 'constant', 8);
    assert.deepEqual([first, others[0]], [0.75, 0.25]);
    assert.ok(others.slice(1).every(value => value === 0));
  });

  it('stay what they are at the ends, or go on in a line', () => {
    assert.deepEqual(values(99, 3, 'constant', 6), values(4, 3, 'constant', 6));
    const [at, one, two] = [4, 5, 6].map(x => values(x, 3, 'linear', 6));
    for (const [i, value] of two.entries()) assert.ok(Math.abs(value - 2 * one[i] + at[i]) < 1e-12);
  });

  it('come again after a period', () => {
    for (const x of [0, 1.2, 3.9]) {
      const [here, there] = [values(x, 3, 'periodic', 3), values(x + 8, 3, 'periodic', 3)];
      for (const [i, value] of here.entries()) assert.ok(Math.abs(value - there[i]) < 1e-12);
    }
  });

  it('are refused beyond the knots, and nothing for NaN', () => {
    assert.throws(() => values(4.5, 3, 'error', 6), /4.5 lies beyond the knots, 0 to 4/);
    assert.deepEqual(values(Number.NaN, 3, 'error', 6), [0, 0, 0, 0, 0, 0]);
  });
});
