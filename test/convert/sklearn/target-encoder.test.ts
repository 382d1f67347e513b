import { fitted, floats, objects } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('target encoder', ['target-encoder']);

const encoder = {
  categories_: [objects('a', 'b'), objects('x')],
  target_type_: 'continuous',
  target_mean_: 0.5,
  encodings_: [floats([1, 2]), floats([3])],
};

refusalSuite('target encoder', [
  {
    name: 'encodings of other categories',
    estimator: fitted('sklearn.preprocessing._target_encoder.TargetEncoder', {
      ...encoder,
      encodings_: [floats([1, 2]), floats([3, 4])],
    }),
    says: /encodings_\[1\]: expected 1 values, got shape \[2\]/,
  },
  {
    name: 'encodings of another number of columns',
    estimator: fitted('sklearn.preprocessing._target_encoder.TargetEncoder', {
      ...encoder,
      encodings_: [floats([1, 2])],
    }),
    says: /encodings_: expected 2 arrays, got 1/,
  },
]);
