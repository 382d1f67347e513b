import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('neural networks', ['mlp']);

refusalSuite('neural networks', [
  {
    name: 'layers that do not follow each other',
    estimator: fitted('sklearn.neural_network._multilayer_perceptron.MLPRegressor', {
      coefs_: [floats([1, 2, 3, 4], [2, 2]), floats([1, 2, 3], [3, 1])],
      intercepts_: [floats([0, 0]), floats([0])],
      activation: 'relu',
      out_activation_: 'identity',
    }),
    says: /coefs_\[1\]: expected shape \[2,any\], got \[3,1\]/,
  },
  {
    name: 'an unknown activation',
    estimator: fitted('sklearn.neural_network._multilayer_perceptron.MLPRegressor', {
      coefs_: [floats([1, 2], [2, 1])],
      intercepts_: [floats([0])],
      activation: 'relu',
      out_activation_: 'swish',
    }),
    says: /MLPRegressor with activation 'swish'/,
  },
]);
