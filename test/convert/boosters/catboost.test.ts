import { test } from 'node:test';
import { convertCatboostFile } from '../../../src/convert/boosters/catboost.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';

for (const name of goldenNames(/^catboost-/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertCatboostFile(modelBytes(golden)), golden);
  });
}
