import { dict, fitted, floats, integers, named } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('neighbours', ['knn-(?!imputer)', 'nearest-centroid', 'radius-neighbors', 'local-outlier-factor']);

const KNN = 'sklearn.neighbors._regression.KNeighborsRegressor';

const neighbors = {
  _fit_X: floats([0, 0, 1, 1, 2, 2], [3, 2]),
  _y: floats([1, 2, 3]),
  _fit_method: 'brute',
  _tree: null,
  effective_metric_: 'euclidean',
  effective_metric_params_: dict({}),
  n_neighbors: 2,
  weights: 'uniform',
};

refusalSuite('neighbours', [
  {
    name: 'points of another number of features',
    estimator: fitted(KNN, { ...neighbors, _fit_X: floats([1, 2, 3], [1, 3]) }),
    says: /_fit_X: expected shape \[any,2\], got \[1,3\]/,
  },
  {
    name: 'more neighbours than points',
    estimator: fitted(KNN, { ...neighbors, n_neighbors: 4 }),
    says: /n_neighbors: expected 1 to 3 neighbours, got 4/,
  },
  {
    name: 'targets of another number of points',
    estimator: fitted(KNN, { ...neighbors, _y: floats([1, 2]) }),
    says: /_y: expected targets of 3 points, got shape \[2\]/,
  },
  {
    name: 'a metric of its own',
    estimator: fitted(KNN, { ...neighbors, effective_metric_: named('mine.distance') }),
    says: /with a metric of its own/,
  },
  {
    name: 'an unknown metric',
    estimator: fitted(KNN, { ...neighbors, effective_metric_: 'precomputed' }),
    says: /metric 'precomputed'/,
  },
  {
    name: 'weights of its own',
    estimator: fitted(KNN, { ...neighbors, weights: named('mine.weights') }),
    says: /with weights of its own/,
  },
  {
    name: 'a class beyond the classes',
    estimator: fitted('sklearn.neighbors._classification.KNeighborsClassifier', {
      ...neighbors,
      _y: integers([0, 1, 2]),
      classes_: integers([7, 8]),
      outputs_2d_: false,
    }),
    says: /_y: expected positions below 2, the number of classes/,
  },
  {
    name: 'an outlier factor that is not for new rows',
    estimator: fitted('sklearn.neighbors._lof.LocalOutlierFactor', { ...neighbors, novelty: false }),
    says: /novelty=False/,
  },
]);
