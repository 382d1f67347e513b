import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats, integers, named } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

goldenSuite('kernel methods', ['kernel-ridge', 'kernel-pca']);

const ridge = { X_fit_: floats([0, 0, 1, 1], [2, 2]), dual_coef_: floats([1, 2]), gamma: null };

refusalSuite('kernel methods', [
  {
    name: 'a kernel of its own',
    estimator: fitted('sklearn.kernel_ridge.KernelRidge', { ...ridge, kernel: named('mine.kernel') }),
    says: /with a kernel of its own/,
  },
  {
    name: 'a precomputed kernel',
    estimator: fitted('sklearn.kernel_ridge.KernelRidge', { ...ridge, kernel: 'precomputed' }),
    says: /kernel 'precomputed'/,
  },
]);

describe('kernels of histograms', () => {
  it('refuse a row with a negative number', async () => {
    const plan = convertSklearn(fitted('sklearn.kernel_ridge.KernelRidge', { ...ridge, gamma: 1, kernel: 'chi2' }));
    await assert.rejects(answers(plan, [[1, -2]]), /column 1: expected a number that is not negative, got -2/);
  });
});

describe('label propagation', () => {
  it('weighs the labels of the fitted rows by their kernel', async () => {
    const plan = convertSklearn(
      fitted('sklearn.semi_supervised._label_propagation.LabelPropagation', {
        classes_: integers([4, 5]),
        X_: floats([0, 0, 1, 0], [2, 2]),
        label_distributions_: floats([1, 0, 0.25, 0.75], [2, 2]),
        kernel: 'rbf',
        gamma: 2,
      }),
    );
    const { data } = await answers({ ...plan, outputs: plan.outputs.slice(1) }, [[0, 0]]);
    const far = Math.exp(-2);
    const wanted = [(1 + far / 4) / (1 + far), (far * 0.75) / (1 + far)];
    wanted.forEach((share, i) => {
      assert.ok(Math.abs((data as Float64Array)[i] - share) < 1e-15);
    });
  });
});
