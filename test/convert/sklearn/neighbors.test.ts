import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('neighbours', ['knn-(?!imputer)', 'nearest-centroid', 'radius-neighbors', 'local-outlier-factor']);
