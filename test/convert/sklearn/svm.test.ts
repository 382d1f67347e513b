import { describe, it } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import { checkGolden, goldenCase, goldenNames } from '../../support/golden.js';

describe('support vector machines', () => {
  for (const name of goldenNames(/^sklearn-.*\/(svc|nusvc|svr|nusvr|oneclasssvm)/)) {
    it(name, async () => {
      const golden = goldenCase(name);
      await checkGolden(await convertFile(golden.path, 'sklearn'), golden);
    });
  }
});
