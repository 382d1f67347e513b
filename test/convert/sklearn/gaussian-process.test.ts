import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('Gaussian processes', ['gaussian-process']);
