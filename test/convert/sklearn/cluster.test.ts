import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('clustering', ['kmeans', 'minibatch-kmeans', 'bisecting-kmeans', 'mean-shift', 'birch']);
