import { goldenSuite } from '../../support/golden-suite.js';

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
