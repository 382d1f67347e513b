import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('cross decomposition', ['pls']);
