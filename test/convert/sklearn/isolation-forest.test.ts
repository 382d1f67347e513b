import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('isolation forests', ['isolation-forest']);

test('trees without their columns are refused', () => {
  const forest = goldenObject('sklearn-1.9.1/isolation-forest');
  (at(forest, 'estimators_features_') as unknown[]).pop();
  assertRefused(forest, /estimators_features_: expected 20 lists, got 19/);
});
