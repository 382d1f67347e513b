import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('kernel methods', ['kernel-ridge', 'kernel-pca']);
