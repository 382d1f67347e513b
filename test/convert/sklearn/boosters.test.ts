import { describe, it, test } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import { checkGolden, goldenCase, goldenNames } from '../../support/golden.js';
import { assertRefused, goldenObject, objectAt } from '../../support/python-models.js';

describe('boosters in Python files', () => {
  for (const name of goldenNames(/^(xgboost|lightgbm)-.*\/joblib-/)) {
    it(name, async () => {
      const golden = goldenCase(name);
      await checkGolden(await convertFile(golden.path, 'sklearn'), golden);
    });
  }
});

test('a wrapper without its booster is refused', () => {
  const model = goldenObject('xgboost-3.2.0/joblib-regressor');
  model.attributes.delete('_Booster');
  assertRefused(model, /XGBRegressor: the file does not say how many columns it takes/);
});

test('a booster that is no bytes is refused', () => {
  const model = goldenObject('xgboost-3.2.0/joblib-regressor');
  objectAt(model, '_Booster').attributes.set('handle', null);
  assertRefused(model, /XGBRegressor\._Booster\.handle: expected bytes, got None/);
});
