import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sureVotes } from '../../src/kernels/sure-votes.js';
import { f64, runKernel } from '../support/kernel-values.js';

/** Decisions are off by 0.01 at the most, where |x|^2 is 0. */
function votes(decisions: readonly number[], { square = 0, rate = 0, intercepts = [0, 0, 0] } = {}) {
  const params = { classes: 3, rate, largest: 0, exponential: 0, sum: 0.01 };
  const arrays = { intercepts: Float64Array.from(intercepts), magnitudes: Float64Array.of(1, 1, 1) };
  const value = { type: 'f32', shape: [1, 3], data: Float32Array.from(decisions) } as const;
  const [winner, sure] = runKernel(sureVotes, [value, f64([1, 2], 0, square)], params, arrays);
  return [winner.data[0], sure.data[0] === 1];
}

// Pairs (0,1), (0,2), (1,2).
describe('votes that are sure', () => {
  it('are sure of a class that has won all its pairs, whoever wins between the others', () => {
    assert.deepEqual(votes([1, 1, 0.001]), [0, true]);
    assert.deepEqual(votes([-1, 0.001, 1]), [1, true]);
    assert.deepEqual(votes([0.001, -1, -1]), [2, true]);
  });

  it('are not sure when a pair of the winner may turn', () => {
    assert.equal(votes([0.001, 1, 1])[1], false);
    assert.equal(votes([-0.001, 1, 1])[1], false);
  });

  it('count equal votes for the first class, and are not sure when one may come to them', () => {
    assert.deepEqual(votes([1, -1, 1]), [0, true]);
    assert.equal(votes([1, -1, 0.001])[1], false);
  });

  it('add the intercept before they judge', () => {
    assert.deepEqual(votes([-0.5, -0.5, 0], { intercepts: [1, 1, 0] }), [0, true]);
  });

  it('take a far row for less sure, and are never sure of what is no number', () => {
    assert.equal(votes([0.5, 0.5, 0.5], { square: 1, rate: 0.1 })[1], true);
    assert.equal(votes([0.5, 0.5, 0.5], { square: 10, rate: 0.1 })[1], false);
    assert.equal(votes([0.5, 0.5, 0.5], { square: Infinity, rate: 0.1 })[1], false);
    assert.equal(votes([Number.NaN, Number.NaN, 1])[1], false);
  });
});
