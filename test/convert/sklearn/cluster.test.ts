import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('clustering', ['kmeans', 'minibatch-kmeans', 'bisecting-kmeans', 'mean-shift', 'birch']);

const leaf = fitted('sklearn.cluster._bisect_k_means._BisectingTree', { center: floats([0, 0]), left: null, label: 0 });
const endless = fitted('sklearn.cluster._bisect_k_means._BisectingTree', { center: floats([0, 0]), right: leaf });
endless.attributes.set('left', endless);

refusalSuite('clustering', [
  {
    name: 'centres of another number of features',
    estimator: fitted('sklearn.cluster._kmeans.KMeans', { cluster_centers_: floats([1, 2, 3], [1, 3]) }),
    says: /cluster_centers_: expected shape \[any,2\], got \[1,3\]/,
  },
  {
    name: 'no centres',
    estimator: fitted('sklearn.cluster._affinity_propagation.AffinityPropagation', {
      cluster_centers_: floats([], [0, 2]),
    }),
    says: /with no cluster cannot be served/,
  },
  {
    name: 'a tree of halves that goes round in a circle',
    estimator: fitted('sklearn.cluster._bisect_k_means.BisectingKMeans', {
      cluster_centers_: floats([0, 0, 1, 1], [2, 2]),
      _bisecting_tree: endless,
    }),
    says: /_bisecting_tree: expected at most 3 nodes/,
  },
]);
