import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('preprocessing', [
  ...[
    'standard-scaler',
    'min-max-scaler',
    'max-abs-scaler',
    'robust-scaler',
    'normalizer-',
    'binarizer',
    'polynomial-',
  ],
  ...['spline', 'k-bins-', 'power-', 'quantile-', 'function-transformer', 'one-hot-', 'ordinal-', 'target-encoder'],
  ...['label-', 'simple-imputer-', 'knn-imputer', 'missing-indicator', 'impute-scale-svc', 'transformed-target'],
  ...['column-transformer-', 'feature-union-', 'pipeline-', 'tfidf-', 'count-', 'hashing-', 'container-'],
]);
