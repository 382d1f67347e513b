import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('bins', ['k-bins-']);

const BINS = 'sklearn.preprocessing._discretization.KBinsDiscretizer';

refusalSuite('bins', [
  {
    name: 'edges of another number of features',
    estimator: fitted(BINS, { encode: 'ordinal', dtype: null, bin_edges_: [floats([0, 1])] }),
    says: /bin_edges_: expected the edges of 2 columns/,
  },
  {
    name: 'a single edge',
    estimator: fitted(BINS, { encode: 'ordinal', dtype: null, bin_edges_: [floats([0, 1]), floats([0])] }),
    says: /bin_edges_: expected the edges of 2 columns/,
  },
  {
    name: 'an unknown encoding',
    estimator: fitted(BINS, { encode: 'gray', dtype: null, bin_edges_: [floats([0, 1]), floats([0, 1])] }),
    says: /encode 'gray'/,
  },
]);
