import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject } from '../../support/python-models.js';

goldenSuite('many classes out of two', ['one-vs', 'output-code']);

test('one estimator too few is refused', () => {
  const model = goldenObject('sklearn-1.9.1/one-vs-rest-ties');
  (at(model, 'estimators_') as unknown[]).pop();
  assertRefused(model, /OneVsRestClassifier\.estimators_: expected 3 for these classes, got 2/);
});
