import { describe, it } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import { checkGolden, goldenCase, goldenNames } from '../../support/golden.js';

const CASES =
  /^sklearn-.*\/(linear|logreg|ridge|lasso|elastic|bayesian-ridge|huber|sgd|perceptron|passive|poisson|gamma$|tweedie|ransac|container-(joblib-plain|pickle-protocol-4))/;

describe('linear models', () => {
  for (const name of goldenNames(CASES)) {
    it(name, async () => {
      const golden = goldenCase(name);
      await checkGolden(await convertFile(golden.path, 'sklearn'), golden);
    });
  }
});
