import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('transformers to another distribution', ['power-', 'quantile-']);

const QUANTILE = 'sklearn.preprocessing._data.QuantileTransformer';
const quantiles = {
  output_distribution: 'uniform',
  quantiles_: floats([0, 0, 1, 1], [2, 2]),
  references_: floats([0, 1]),
};

refusalSuite('transformers to another distribution', [
  {
    name: 'another method',
    estimator: fitted('sklearn.preprocessing._data.PowerTransformer', { method: 'cube', standardize: false }),
    says: /PowerTransformer with method 'cube'/,
  },
  {
    name: 'another distribution',
    estimator: fitted(QUANTILE, { ...quantiles, output_distribution: 'poisson' }),
    says: /output_distribution 'poisson'/,
  },
  {
    name: 'quantiles of another number of references',
    estimator: fitted(QUANTILE, { ...quantiles, references_: floats([0, 0.5, 1]) }),
    says: /references_: expected 2 values, got shape \[3\]/,
  },
  {
    name: 'no quantiles',
    estimator: fitted(QUANTILE, { ...quantiles, quantiles_: floats([], [0, 2]) }),
    says: /quantiles_: expected at least one row/,
  },
]);
