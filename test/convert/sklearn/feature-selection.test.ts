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
  {
    name: 'importances of fewer than no features',
    estimator: fitted('sklearn.feature_selection._from_model.SelectFromModel', {
      estimator: null,
      estimator_: fitted('sklearn.ensemble._forest.RandomForestRegressor', { n_features_in_: -1, estimators_: [] }),
      threshold: null,
      max_features: null,
      importance_getter: 'auto',
    }),
    says: /estimator_\.n_features_in_: expected 0 to 4194304, got -1/,
  },
]);
