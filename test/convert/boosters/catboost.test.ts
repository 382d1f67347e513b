import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertCatboostFile } from '../../../src/convert/boosters/catboost.js';
import { type CatboostDocument, catboostDocument } from '../../support/booster-documents.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';
import { answers } from '../../support/run-kernel.js';

for (const name of goldenNames(/^catboost-/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertCatboostFile(modelBytes(golden)), golden);
  });
}

async function ask(document: unknown, rows: readonly (readonly number[])[], method = 'predict'): Promise<unknown[]> {
  const plan = convertCatboostFile(Buffer.from(JSON.stringify(document)));
  const outputs = plan.outputs.filter(output => output.method === method);
  return Array.from((await answers({ ...plan, outputs }, rows, true)).data as ArrayLike<unknown>);
}

function withLoss(type: string): CatboostDocument {
  const document = catboostDocument();
  document.model_info.params.loss_function.type = type;
  return document;
}

test('regressors answer the scaled sum, counts its exponent', async () => {
  const rows = [[0.5], [0.6]];
  assert.deepEqual(await ask({ ...withLoss('RMSE'), scale_and_bias: [10, [0.5]] }, rows), [10.5, 20.5]);
  assert.deepEqual(await ask(withLoss('Poisson'), rows), [Math.exp(1), Math.exp(2)]);
  assert.deepEqual(await ask(withLoss('Tweedie'), rows), [Math.exp(1), Math.exp(2)]);
});

test('missing values answer as their feature says', async () => {
  const document = withLoss('RMSE');
  assert.deepEqual(await ask(document, [[Number.NaN]]), [1]);
  document.features_info.float_features[0].nan_value_treatment = 'AsTrue';
  assert.deepEqual(await ask(document, [[Number.NaN]]), [2]);
});

test('two classes: the second above the threshold of the file', async () => {
  const document = catboostDocument();
  document.oblivious_trees[0].leaf_values = [0, 0.1];
  document.model_info.class_params.class_names = ['no', 'yes'];
  assert.deepEqual(await ask(document, [[0], [1]]), ['no', 'yes']);
  Object.assign(document.model_info, { binclass_probability_threshold: '0.6' });
  assert.deepEqual(await ask(document, [[0], [1]]), ['no', 'no']);
  const second = 1 / (1 + Math.exp(-0.1));
  assert.deepEqual(await ask(document, [[1]], 'predict_proba'), [1 - second, second]);
});

test('one-versus-all probabilities do not sum up to one', async () => {
  const document = withLoss('MultiClassOneVsAll');
  document.oblivious_trees[0].leaf_values = [0, 1, 2, 3];
  assert.deepEqual(await ask(document, [[1]]), [1n]);
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  assert.deepEqual(await ask(document, [[1]], 'predict_proba'), [sigmoid(2), sigmoid(3)]);
});

test('leaf bit i of a symmetric tree is the answer to its question i', async () => {
  const document = withLoss('RMSE');
  const question = (border: number) => ({ float_feature_index: 0, border });
  document.oblivious_trees = [{ leaf_values: [0, 1, 2, 3], splits: [question(0), question(5)] }];
  assert.deepEqual(await ask(document, [[-1], [1], [6]]), [0, 1, 3]);
});

test('trees of nodes in JSON, with leaves at different depths', async () => {
  const { oblivious_trees: _, ...document } = withLoss('RMSE');
  const split = (border: number) => ({ float_feature_index: 0, border });
  const inner = { split: split(5), left: { value: 2 }, right: { value: 3 } };
  const trees = [{ split: split(0), left: { value: 1 }, right: inner }, { value: 10 }];
  assert.deepEqual(await ask({ ...document, trees }, [[-1], [1], [6]]), [11, 12, 13]);
});
