import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats } from '../../support/fitted.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

const MODULE = 'sklearn.kernel_approximation';
const waves = {
  n_components: 1,
  random_weights_: floats([2, -1], [2, 1]),
  random_offset_: floats([0.5]),
};

describe('kernel approximation', () => {
  it('random waves', async () => {
    const plan = convertSklearn(fitted(`${MODULE}.RBFSampler`, waves));
    const { data } = await answers(plan, [[0.25, 1]]);
    assert.ok(Math.abs(Number(data[0]) - Math.SQRT2 * Math.cos(0.5 - 1 + 0.5)) < 1e-15);
  });

  it('waves of logarithms, for numbers above minus the skewedness only', async () => {
    const plan = convertSklearn(fitted(`${MODULE}.SkewedChi2Sampler`, { ...waves, skewedness: 1 }));
    const { data } = await answers(plan, [[Math.E - 1, 0]]);
    assert.ok(Math.abs(Number(data[0]) - Math.SQRT2 * Math.cos(2.5)) < 1e-14);
    await assert.rejects(answers(plan, [[0, -1]]), /row 0, column 1: expected a number above -1, got -1/);
  });

  it('additive chi-squared: a root, then a cosine and a sine per step', async () => {
    const plan = convertSklearn(fitted(`${MODULE}.AdditiveChi2Sampler`, { sample_steps: 2, sample_interval: null }));
    const { data } = await answers(plan, [[1, 0]]);
    const size = Math.sqrt(1 / Math.cosh(Math.PI * 0.5));
    for (const [i, expected] of [Math.sqrt(0.5), 0, size, 0, 0, 0].entries())
      assert.ok(Math.abs(Number(data[i]) - expected) < 1e-15, `column ${i}: ${data[i]}`);
    await assert.rejects(answers(plan, [[0, -1]]), /expected a number of 0 or more/);
  });

  it('a random projection is a product', async () => {
    const components_ = floats([1, 2, 0, -1], [2, 2]);
    const plan = convertSklearn(fitted('sklearn.random_projection.GaussianRandomProjection', { components_ }));
    assert.deepEqual([...(await answers(plan, [[3, 5]])).data], [13, -5]);
  });
});

refusalSuite('kernel approximation', [
  {
    name: 'weights of another number of features',
    estimator: fitted(`${MODULE}.RBFSampler`, { ...waves, random_weights_: floats([1, 2, 3], [3, 1]) }),
    says: /random_weights_: expected shape \[2,1\], got \[3,1\]/,
  },
  {
    name: 'steps without an interval',
    estimator: fitted(`${MODULE}.AdditiveChi2Sampler`, { sample_steps: 4 }),
    says: /sample_steps: expected 1 to 3, got 4/,
  },
]);
