import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('neural networks', ['mlp']);
