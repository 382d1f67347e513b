import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('AdaBoost', ['ada-boost']);

test('more estimators than weights are refused', () => {
  const boost = goldenObject('sklearn-1.5.2/ada-boost-samme-r-linear');
  const estimators = at(boost, 'estimators_') as unknown[];
  estimators.push(...estimators);
  assertRefused(boost, /AdaBoostClassifier\.estimator_weights_: 2 weights for 4 estimators/);
});
