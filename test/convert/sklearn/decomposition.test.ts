import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('decompositions', ['pca', 'incremental-pca', 'truncated-svd', 'fast-ica', 'factor-analysis']);
