import { fitted, floats, integers, objects } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('imputers', ['simple-imputer-', 'knn-imputer', 'missing-indicator', 'impute-scale-svc']);

const KNN = 'sklearn.impute._knn.KNNImputer';
const knn = {
  missing_values: Number.NaN,
  n_neighbors: 1,
  weights: 'uniform',
  metric: 'nan_euclidean',
  _fit_X: floats([0, 1], [1, 2]),
  _mask_fit_X: floats([0, 0], [1, 2]),
};

refusalSuite('imputers', [
  {
    name: 'statistics of another number of columns',
    estimator: fitted('sklearn.impute._base.SimpleImputer', {
      missing_values: Number.NaN,
      strategy: 'mean',
      statistics_: floats([1]),
    }),
    says: /statistics_: expected 2 values, got 1/,
  },
  {
    name: 'a statistic that is no value of a column',
    estimator: fitted('sklearn.impute._base.SimpleImputer', {
      missing_values: Number.NaN,
      strategy: 'constant',
      statistics_: objects(1, []),
    }),
    says: /statistics_\[1\]: expected a number or a text/,
  },
  {
    name: 'an indicator of columns that are not there',
    estimator: fitted('sklearn.impute._base.MissingIndicator', {
      missing_values: Number.NaN,
      features: 'all',
      error_on_new: true,
      features_: integers([0, 2]),
    }),
    says: /features_: expected columns below 2, got 2/,
  },
  {
    name: 'text for missing numbers',
    estimator: fitted(KNN, { ...knn, missing_values: '?' }),
    says: /missing_values that are text/,
  },
  {
    name: 'rows of another number of columns',
    estimator: fitted(KNN, { ...knn, _fit_X: floats([0, 1, 2], [1, 3]) }),
    says: /_fit_X: expected shape \[any,2\], got \[1,3\]/,
  },
  {
    name: 'a mask of another number of rows',
    estimator: fitted(KNN, { ...knn, _mask_fit_X: floats([0, 0, 0, 0], [2, 2]) }),
    says: /_mask_fit_X: expected shape \[1,2\]/,
  },
  {
    name: 'fewer than no neighbours',
    estimator: fitted(KNN, { ...knn, n_neighbors: -1 }),
    says: /n_neighbors: expected 1/,
  },
  { name: 'weights by a function', estimator: fitted(KNN, { ...knn, weights: null }), says: /weights by a function/ },
]);
