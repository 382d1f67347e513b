import { fitted, floats, integers } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('discriminant analysis', ['lda', 'qda']);

refusalSuite('discriminant analysis', [
  {
    name: 'fewer rotations than classes',
    estimator: fitted('sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis', {
      classes_: integers([0, 1]),
      means_: floats([1, 2, 3, 4], [2, 2]),
      priors_: floats([0.5, 0.5]),
      rotations_: [floats([1, 0, 0, 1], [2, 2])],
      scalings_: [floats([1, 1]), floats([1, 1])],
    }),
    says: /2 classes, 1 rotations, 2 scalings/,
  },
]);
