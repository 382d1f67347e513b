import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('transformed targets', ['transformed-target']);

const line = fitted('sklearn.linear_model._base.LinearRegression', { coef_: floats([1, 2]), intercept_: 0 });

refusalSuite('transformed targets', [
  {
    name: 'a transformer without a way back',
    estimator: fitted('sklearn.compose._target.TransformedTargetRegressor', {
      regressor_: line,
      transformer_: fitted('sklearn.preprocessing._data.Binarizer', { threshold: 0 }),
      _training_dim: 1,
    }),
    says: /Binarizer with the way back to the target/,
  },
]);
