import { test } from 'node:test';
import { PyGlobal, PyObject, PyTuple } from '../../../src/formats/pickle/values.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('voting', ['voting']);

test('weights that do not fit the estimators are refused', () => {
  const forest = goldenObject('sklearn-1.9.1/random-forest-string-labels');
  const voting = new PyObject(new PyGlobal('sklearn.ensemble._voting', 'VotingClassifier'));
  const set = (name: string, value: Parameters<typeof voting.attributes.set>[1]) => voting.attributes.set(name, value);
  set('_sklearn_version', '1.9.1');
  set('classes_', at(forest, 'classes_'));
  set('voting', 'soft');
  set('estimators', [new PyTuple(['a', forest]), new PyTuple(['b', 'drop'])]);
  set('estimators_', [forest]);
  set('weights', [1, 2, 3]);
  assertRefused(voting, /VotingClassifier\.estimators has 2 items, so none at 2/);
  set('weights', [1]);
  assertRefused(voting, /estimators_\[0\]\.classes_: expected whole numbers below 3/);
});
