import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

goldenSuite('neural networks', ['mlp']);

refusalSuite('neural networks', [
  {
    name: 'layers that do not follow each other',
    estimator: fitted('sklearn.neural_network._multilayer_perceptron.MLPRegressor', {
      coefs_: [floats([1, 2, 3, 4], [2, 2]), floats([1, 2, 3], [3, 1])],
      intercepts_: [floats([0, 0]), floats([0])],
      activation: 'relu',
      out_activation_: 'identity',
    }),
    says: /coefs_\[1\]: expected shape \[2,any\], got \[3,1\]/,
  },
  {
    name: 'an unknown activation',
    estimator: fitted('sklearn.neural_network._multilayer_perceptron.MLPRegressor', {
      coefs_: [floats([1, 2], [2, 1])],
      intercepts_: [floats([0])],
      activation: 'relu',
      out_activation_: 'swish',
    }),
    says: /MLPRegressor with activation 'swish'/,
  },
]);

describe('a Boltzmann machine', () => {
  it('answers the probability of each hidden unit', async () => {
    const plan = convertSklearn(
      fitted('sklearn.neural_network._rbm.BernoulliRBM', {
        components_: floats([1, 0, 2, 2, 0, 0], [3, 2]),
        intercept_hidden_: floats([0, -2, 0]),
      }),
    );
    const { data } = await answers(plan, [[0, 1]]);
    assert.deepEqual([...(data as Float64Array)], [0.5, 0.5, 0.5]);
  });
});
