import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('iterative imputer', ['iterative-imputer']);

const ITERATIVE = 'sklearn.impute._iterative.IterativeImputer';
const initial = fitted('sklearn.impute._base.SimpleImputer', {
  missing_values: Number.NaN,
  strategy: 'mean',
  statistics_: floats([1, 2]),
  indicator_: null,
});
const iterative = {
  sample_posterior: false,
  missing_values: Number.NaN,
  initial_imputer_: initial,
  indicator_: null,
  n_iter_: 1,
  _min_value: floats([0, 0]),
  _max_value: floats([1, 1]),
  imputation_sequence_: [],
};

refusalSuite('iterative imputer', [
  {
    name: 'random answers',
    estimator: fitted(ITERATIVE, { ...iterative, sample_posterior: true }),
    says: /sample_posterior=True/,
  },
  {
    name: 'empty columns that are kept',
    estimator: fitted(ITERATIVE, { ...iterative, keep_empty_features: true }),
    says: /keep_empty_features=True/,
  },
  {
    name: 'limits of another number of columns',
    estimator: fitted(ITERATIVE, { ...iterative, _min_value: floats([0]) }),
    says: /_min_value: expected 2 values, got shape \[1\]/,
  },
]);
