import { fitted, floats, integers } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('dummies', ['dummy']);

const DUMMY = 'sklearn.dummy.DummyClassifier';
const dummy = { n_outputs_: 1, classes_: integers([3, 4]), class_prior_: floats([0.25, 0.75]), constant: 5 };

refusalSuite('dummies', [
  {
    name: 'answers that are random',
    estimator: fitted(DUMMY, { ...dummy, strategy: 'stratified' }),
    says: /strategy 'stratified', whose answers are random/,
  },
  {
    name: 'a constant that is no class',
    estimator: fitted(DUMMY, { ...dummy, strategy: 'constant' }),
    says: /constant: 5 is none of the classes/,
  },
]);
