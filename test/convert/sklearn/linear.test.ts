import { fitted, floats, integers, named } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('linear models', [
  'bayesian-ridge',
  'elastic',
  'gamma$',
  'huber',
  'lasso',
  'linear',
  'logreg',
  'passive-aggressive',
  'perceptron',
  'poisson',
  'ransac',
  'ridge',
  'sgd',
  'tweedie',
]);

const LINEAR = 'sklearn.linear_model._base.LinearRegression';
const LOGISTIC = 'sklearn.linear_model._logistic.LogisticRegression';

refusalSuite('linear models', [
  {
    name: 'coefficients for another number of features',
    estimator: fitted(LINEAR, { coef_: floats([1, 2, 3]), intercept_: 0 }),
    says: /LinearRegression\.coef_: expected shape \[any,2\], got \[1,3\]/,
  },
  {
    name: 'intercepts for another number of targets',
    estimator: fitted(LINEAR, { coef_: floats([1, 2, 3, 4], [2, 2]), intercept_: floats([1, 2, 3]) }),
    says: /LinearRegression\.intercept_: expected 2 values, got 3/,
  },
  {
    name: 'no coefficients at all',
    estimator: fitted(LINEAR, { intercept_: 0 }),
    says: /no attribute coef_: it is not fitted/,
  },
  {
    name: 'scores for another number of classes',
    estimator: fitted(LOGISTIC, {
      coef_: floats([1, 2, 3, 4, 5, 6], [3, 2]),
      intercept_: floats([0, 0, 0]),
      classes_: integers([0, 1]),
    }),
    says: /scores for 3 classes, but classes_ has 2/,
  },
  {
    name: 'a link function of its own',
    estimator: fitted('sklearn.linear_model._glm.glm.TweedieRegressor', {
      coef_: floats([1, 2]),
      intercept_: 0,
      link: named('builtins.complex'),
    }),
    says: /TweedieRegressor with a link function of its own cannot be served yet/,
  },
]);
