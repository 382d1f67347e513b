import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('feature selection', ['select-', 'variance-threshold', 'rfe']);

refusalSuite('feature selection', [
  {
    name: 'no column left',
    estimator: fitted('sklearn.feature_selection._variance_threshold.VarianceThreshold', {
      variances_: floats([1, 2]),
      threshold: 5,
    }),
    says: /VarianceThreshold with no column selected/,
  },
  {
    name: 'scores of another number of features',
    estimator: fitted('sklearn.feature_selection._univariate_selection.SelectKBest', {
      scores_: floats([1, 2, 3]),
      k: 1,
    }),
    says: /scores_: expected 2 values, got shape \[3\]/,
  },
  {
    name: 'importances that only the estimator could tell',
    estimator: fitted('sklearn.feature_selection._from_model.SelectFromModel', {
      estimator: fitted('xgboost.sklearn.XGBClassifier', {}),
      estimator_: fitted('xgboost.sklearn.XGBClassifier', {}),
      threshold: null,
      max_features: null,
    }),
    says: /XGBClassifier with feature_importances_/,
  },
]);
