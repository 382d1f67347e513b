import { fitted } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('polynomial features', ['polynomial-', 'pipeline-poly-ridge']);

const polynomial = {
  n_features_in_: 60,
  _min_degree: 0,
  _max_degree: 6,
  interaction_only: false,
  include_bias: true,
};

refusalSuite('polynomial features', [
  {
    name: 'more products than can be held',
    estimator: fitted('sklearn.preprocessing._polynomial.PolynomialFeatures', polynomial),
    says: /more than 1048576 products/,
  },
  {
    name: 'nothing to make',
    estimator: fitted('sklearn.preprocessing._polynomial.PolynomialFeatures', {
      ...polynomial,
      n_features_in_: 2,
      _min_degree: 3,
      _max_degree: 3,
      interaction_only: true,
      include_bias: false,
    }),
    says: /degree \[3,3\] makes no features/,
  },
]);
