import { describe, it } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import { checkGolden, goldenCase, goldenNames } from '../../support/golden.js';

const CASES = /^sklearn-.*\/mlp/;

describe('neural networks', () => {
  for (const name of goldenNames(CASES)) {
    it(name, async () => {
      const golden = goldenCase(name);
      await checkGolden(await convertFile(golden.path, 'sklearn'), golden);
    });
  }
});
