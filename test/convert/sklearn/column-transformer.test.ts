import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import type { PyValue } from '../../../src/formats/pickle/values.js';
import { dict, fitted, floats, integers, tuple } from '../../support/fitted.js';
import { goldenCase } from '../../support/golden.js';
import { goldenSuite } from '../../support/golden-suite.js';
import { refusalSuite } from '../../support/refusals.js';

goldenSuite('column transformer', ['column-transformer-', 'frame-of-columns', 'words-and-columns']);

describe('what a column transformer asks of a request', () => {
  it('the types of the columns it uses, and none of the others', async () => {
    const { input } = await convertFile(goldenCase('sklearn-1.9.1/frame-of-columns').path, 'sklearn');
    assert.deepEqual(input.names, ['age', 'city', 'note', 'visits', 'unused']);
    assert.deepEqual(input.types, ['number', 'text', 'text', 'number', 'unused']);
    assert.equal(input.others, true);
  });

  it('missing values only where nothing fills them', async () => {
    const { input } = await convertFile(goldenCase('sklearn-1.5.2/words-and-columns').path, 'sklearn');
    assert.deepEqual(input.types, ['unused', 'unused', 'text', 'number', 'unused']);
    assert.deepEqual(input.missing, [true, true, false, false, true]);
  });
});

const TRANSFORMER = 'sklearn.compose._column_transformer.ColumnTransformer';
const scaler = fitted('sklearn.preprocessing._data.MaxAbsScaler', { n_features_in_: 1, scale_: floats([2]) });
const transformer = (member: PyValue, columns: readonly number[]) =>
  fitted(TRANSFORMER, {
    transformers_: [tuple('a', member, integers(columns))],
    _transformer_to_input_indices: dict({ a: [...columns] }),
    transformer_weights: null,
  });

refusalSuite('column transformer', [
  {
    name: 'a column that is not there',
    estimator: transformer(scaler, [2]),
    says: /_transformer_to_input_indices\["a"\]: expected columns below 2, got 2/,
  },
  { name: 'no column left', estimator: transformer('drop', [0]), says: /transformers_: no column is left/ },
  {
    name: 'a member that transforms nothing',
    estimator: transformer(
      fitted('sklearn.linear_model._base.LinearRegression', { coef_: floats([1]), intercept_: 0 }),
      [0],
    ),
    says: /a LinearRegression transforms nothing/,
  },
]);
