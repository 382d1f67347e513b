import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('decompositions', ['pca', 'incremental-pca', 'truncated-svd', 'fast-ica', 'factor-analysis']);

refusalSuite('decompositions', [
  {
    name: 'components of another number of features',
    estimator: fitted('sklearn.decomposition._pca.PCA', {
      components_: floats([1, 2, 3], [1, 3]),
      mean_: floats([0, 0]),
      whiten: false,
    }),
    says: /components_: expected shape \[any,2\], got \[1,3\]/,
  },
  {
    name: 'components that cannot be told apart',
    estimator: fitted('sklearn.decomposition._sparse_pca.SparsePCA', {
      components_: floats([1, 1, 1, 1], [2, 2]),
      mean_: floats([0, 0]),
      ridge_alpha: 0,
    }),
    says: /components_: these components cannot be told apart/,
  },
]);
