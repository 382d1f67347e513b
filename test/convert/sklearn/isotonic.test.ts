import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertSklearn } from '../../../src/convert/sklearn/convert-sklearn.js';
import { fitted, floats } from '../../support/fitted.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';
import { answers } from '../../support/run-kernel.js';

goldenSuite('isotonic regression', ['isotonic']);

const ISOTONIC = 'sklearn.isotonic.IsotonicRegression';
const line = { X_thresholds_: floats([1, 2]), y_thresholds_: floats([10, 20]), out_of_bounds: 'raise' };

refusalSuite('isotonic regression', [
  {
    name: 'thresholds that do not rise',
    estimator: fitted(ISOTONIC, { ...line, n_features_in_: 1, X_thresholds_: floats([2, 1]) }),
    says: /X_thresholds_: expected rising numbers/,
  },
]);

describe('isotonic regression', () => {
  it('refuses rows beyond its line when it was told to', async () => {
    const plan = convertSklearn(fitted(ISOTONIC, { ...line, n_features_in_: 1 }));
    const { data } = await answers(plan, [[1], [1.5], [2]]);
    assert.deepEqual([...(data as Float64Array)], [10, 15, 20]);
    await assert.rejects(answers(plan, [[1], [3]]), /value 1: expected 1 to 2, got 3/);
  });
});
