import { goldenSuite } from '../../support/golden-suite.js';

goldenSuite('naive Bayes', ['gaussian-nb', 'multinomial-nb', 'complement-nb', 'bernoulli-nb', 'categorical-nb']);
