import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats, integers } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

goldenSuite('naive Bayes', ['gaussian-nb', 'multinomial-nb', 'complement-nb', 'bernoulli-nb', 'categorical-nb']);

refusalSuite('naive Bayes', [
  {
    name: 'variances of another shape than the means',
    estimator: fitted('sklearn.naive_bayes.GaussianNB', {
      classes_: integers([0, 1]),
      theta_: floats([1, 2, 3, 4], [2, 2]),
      var_: floats([1, 2], [1, 2]),
      class_prior_: floats([0.5, 0.5]),
    }),
    says: /var_: expected shape \[2,2\], got \[1,2\]/,
  },
  {
    name: 'tables for another number of features',
    estimator: fitted('sklearn.naive_bayes.CategoricalNB', {
      classes_: integers([0, 1]),
      class_log_prior_: floats([-1, -1]),
      feature_log_prob_: [floats([-1, -1, -1, -1], [2, 2])],
    }),
    says: /feature_log_prob_: expected 2 tables, got 1/,
  },
]);

describe('naive Bayes on categories', () => {
  it('refuses a row with a category that it does not know', async () => {
    const table = floats([-1, -2, -3, -4], [2, 2]);
    const plan = convertSklearn(
      fitted('sklearn.naive_bayes.CategoricalNB', {
        classes_: integers([0, 1]),
        class_log_prior_: floats([-1, -1]),
        feature_log_prob_: [table, table],
      }),
    );
    await assert.rejects(answers(plan, [[0, 2]]), /row 0, column 1: expected a category from 0 to 1, got 2/);
    await assert.rejects(answers(plan, [[-1, 0]]), /row 0, column 0: expected a category from 0 to 1, got -1/);
  });
});
