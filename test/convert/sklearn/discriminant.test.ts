import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('discriminant analysis', ['lda', 'qda']);
