import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertXgboostFile } from '../../../src/convert/boosters/xgboost.js';
import { xgboostDocument } from '../../support/booster-documents.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';
import { answers } from '../../support/run-kernel.js';

for (const name of goldenNames(/^xgboost-.*\/(?!joblib-)/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertXgboostFile(modelBytes(golden)), golden);
  });
}

/** What the plan of a document says to rows of two features. */
async function ask(document: unknown, rows: readonly (readonly number[])[], method = 'predict'): Promise<unknown[]> {
  const plan = convertXgboostFile(Buffer.from(JSON.stringify(document)));
  const outputs = plan.outputs.filter(output => output.method === method);
  return Array.from((await answers({ ...plan, outputs }, rows, true)).data as ArrayLike<unknown>);
}

const ZERO = [[0, 0]];
const f32 = Math.fround;

const OBJECTIVES: readonly (readonly [name: string, baseScore: string, version: number[], answer: number])[] = [
  ['reg:squarederror', '5E-1', [2, 0, 0], 1.5],
  ['reg:linear', '5E-1', [1, 0, 0], 1.5],
  ['reg:squarederror', '[5E-1]', [3, 1, 0], 1.5],
  ['reg:logistic', '5E-1', [2, 0, 0], f32(1 / (1 + Math.exp(-1)))],
  ['binary:logistic', '5E-1', [2, 0, 0], f32(1 / (1 + Math.exp(-1)))],
  ['binary:logitraw', '5E-1', [1, 4, 0], 1.5],
  ['binary:logitraw', '5E-1', [1, 3, 0], 1],
  // All labels were 1: since 3.2 the probability stays below it.
  ['binary:logistic', '1', [3, 1, 0], 1],
  ['binary:logistic', '1', [3, 2, 0], 0.9999996423721313],
  ['binary:hinge', '5E-1', [2, 0, 0], 1],
  ['binary:hinge', '-2', [2, 0, 0], 0],
  ['count:poisson', '1', [2, 0, 0], f32(Math.E)],
  ['reg:gamma', '1', [2, 0, 0], f32(Math.E)],
  ['reg:tweedie', '1', [2, 0, 0], f32(Math.E)],
  ['survival:cox', '1', [2, 0, 0], f32(Math.E)],
  ['survival:aft', '1', [2, 0, 0], f32(Math.E)],
  ['rank:ndcg', '5E-1', [2, 0, 0], 1.5],
];

for (const [name, baseScore, version, answer] of OBJECTIVES) {
  test(`${name} of ${version.join('.')} with base score ${baseScore} answers ${answer}`, async () => {
    const document = xgboostDocument();
    document.version = version;
    document.learner.objective.name = name;
    document.learner.learner_model_param.base_score = baseScore;
    assert.deepEqual(await ask(document, ZERO), [answer]);
  });
}

test('a base score that no sum can start from is refused', () => {
  const document = xgboostDocument();
  Object.assign(document.learner, { objective: { name: 'count:poisson' } });
  document.learner.learner_model_param.base_score = '-1';
  assert.throws(() => convertXgboostFile(Buffer.from(JSON.stringify(document))), /base score -1 makes no sense/);
});

test('splits are strict in float32: the condition itself goes right, the number before it left', async () => {
  const document = xgboostDocument();
  const [tree] = document.learner.gradient_booster.model.trees;
  tree.split_conditions[0] = 0.1;
  const rows = [
    [f32(0.1), 0],
    [0.09999999, 0],
    [Number.NaN, 0],
  ];
  assert.deepEqual(await ask(document, rows), [2.5, 1.5, 2.5]);
  tree.default_left[0] = 1;
  assert.deepEqual(await ask(document, rows), [2.5, 1.5, 1.5]);
});

test('a category in the set goes right, all others left, missing values the default way', async () => {
  const document = xgboostDocument();
  Object.assign(document.learner.gradient_booster.model.trees[0], {
    split_type: [1, 0, 0],
    categories: [1, 3],
    categories_nodes: [0],
    categories_segments: [0],
    categories_sizes: [2],
  });
  const rows = [
    [1, 0],
    [3, 0],
    [0, 0],
    [2, 0],
    [-1, 0],
    [1e8, 0],
    [Number.NaN, 0],
  ];
  assert.deepEqual(await ask(document, rows), [2.5, 2.5, 1.5, 1.5, 1.5, 1.5, 2.5]);
});

test('after early stopping only the rounds up to the best one count, in the order of the trees’ numbers', async () => {
  const document = xgboostDocument();
  const { model } = document.learner.gradient_booster;
  const [first] = model.trees;
  const second = { ...first, id: 1, split_conditions: [0.5, 10, 20] };
  Object.assign(model, { trees: [second, first], tree_info: [0, 0], iteration_indptr: [0, 1, 2] });
  assert.deepEqual(await ask(document, ZERO), [11.5]);
  document.learner.attributes = { best_iteration: '0' };
  assert.deepEqual(await ask(document, ZERO), [1.5]);
  // Before 1.6 the file names the last tree instead.
  Reflect.deleteProperty(model, 'iteration_indptr');
  document.learner.attributes = { best_iteration: '0', best_ntree_limit: '2' };
  assert.deepEqual(await ask(document, ZERO), [11.5]);
});

test('a pickled Booster holds the model beside its configuration', async () => {
  assert.deepEqual(await ask({ Config: {}, Model: xgboostDocument() }, ZERO), [1.5]);
});

test('a classifier of 1.x answers the labels it was fitted with', async () => {
  const document = xgboostDocument();
  document.learner.objective.name = 'binary:logistic';
  const about = { _estimator_type: 'classifier', classes_: ['no', 'yes'], missing: 'NaN' };
  document.learner.attributes = { scikit_learn: JSON.stringify(about).replace('"NaN"', 'NaN') };
  assert.deepEqual(await ask(document, ZERO), ['yes']);
  const [no, yes] = (await ask(document, ZERO, 'predict_proba')) as number[];
  assert.equal(yes, f32(1 / (1 + Math.exp(-1))));
  assert.equal(no, f32(1 - yes));
});
