import { test } from 'node:test';
import { convertLightgbmFile } from '../../../src/convert/boosters/lightgbm.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';

for (const name of goldenNames(/^lightgbm-.*\/(?!joblib-)/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertLightgbmFile(modelBytes(golden)), golden);
  });
}
