import { test } from 'node:test';
import { goldenSuite } from '../../support/golden-suite.js';
import { assertRefused, at, goldenObject, objectAt } from '../../support/python-models.js';

goldenSuite('calibration', ['calibrated']);

test('a fold with a calibrator too many is refused', () => {
  const model = goldenObject('sklearn-1.9.1/calibrated-temperature');
  const fold = objectAt(model, 'calibrated_classifiers_', 1);
  const calibrators = at(fold, 'calibrators') as unknown[];
  calibrators.push(calibrators[0]);
  assertRefused(model, /calibrated_classifiers_\[1\]\.calibrators: expected one for all classes, got 2/);
});
