import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('thresholds', ['tuned-threshold']);
