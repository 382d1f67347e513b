import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('scaling', [
  'standard-scaler',
  'min-max-scaler',
  'max-abs-scaler',
  'robust-scaler',
  'normalizer-',
  'binarizer',
]);

refusalSuite('scaling', [
  {
    name: 'means of another number of features',
    estimator: fitted('sklearn.preprocessing._data.StandardScaler', {
      with_mean: true,
      with_std: false,
      mean_: floats([1, 2, 3]),
      scale_: null,
    }),
    says: /StandardScaler\.mean_: expected 2 values, got shape \[3\]/,
  },
  {
    name: 'an unfitted scaler',
    estimator: fitted('sklearn.preprocessing._data.MinMaxScaler', { clip: false }),
    says: /no attribute scale_: it is not fitted/,
  },
  {
    name: 'an unknown norm',
    estimator: fitted('sklearn.preprocessing._data.Normalizer', { norm: 'l3' }),
    says: /Normalizer with norm 'l3'/,
  },
]);
