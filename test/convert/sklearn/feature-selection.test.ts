import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('feature selection', ['select-', 'variance-threshold', 'rfe']);
