import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats, named } from '../../support/fitted.js';
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
