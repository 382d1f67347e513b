import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('mixtures', ['gaussian-mixture']);

const mixture = {
  means_: floats([0, 0, 1, 1], [2, 2]),
  weights_: floats([0.5, 0.5]),
  precisions_cholesky_: floats([1, 1, 1, 1], [2, 2]),
  covariance_type: 'diag',
};

refusalSuite('mixtures', [
  {
    name: 'precisions for another number of components',
    estimator: fitted('sklearn.mixture._gaussian_mixture.GaussianMixture', {
      ...mixture,
      covariance_type: 'full',
    }),
    says: /precisions_cholesky_: shape \[2,2\] does not fit 2 components of 2 features/,
  },
  {
    name: 'an unknown kind of covariance',
    estimator: fitted('sklearn.mixture._gaussian_mixture.GaussianMixture', { ...mixture, covariance_type: 'mine' }),
    says: /covariance_type 'mine'/,
  },
]);
