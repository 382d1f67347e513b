import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('covariance', ['elliptic-envelope']);
