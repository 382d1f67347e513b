import { test } from 'node:test';
import { convertXgboostFile } from '../../../src/convert/boosters/xgboost.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';

for (const name of goldenNames(/^xgboost-.*\/(?!joblib-)/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertXgboostFile(modelBytes(golden)), golden);
  });
}
