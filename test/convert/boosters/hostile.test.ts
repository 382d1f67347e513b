import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { convertCatboostFile } from '../../../src/convert/boosters/catboost.js';
import { convertLightgbmFile } from '../../../src/convert/boosters/lightgbm.js';
import { convertXgboostFile } from '../../../src/convert/boosters/xgboost.js';
import type { ModelPlan } from '../../../src/convert/plan.js';
import { ServerError } from '../../../src/core/errors.js';
import {
  type CatboostDocument,
  catboostDocument,
  LIGHTGBM_TEXT,
  type XgboostDocument,
  xgboostDocument,
} from '../../support/booster-documents.js';
import { goldenCase, goldenNames, modelBytes } from '../../support/golden.js';
import { maliciousCases } from '../../support/malicious.js';
import { seededRandom } from '../../support/random.js';

type Convert = (bytes: Uint8Array) => ModelPlan;

function assertRefused(convert: () => unknown, mentions = ''): void {
  assert.throws(convert, (error: ServerError) => {
    assert.ok(error instanceof ServerError, `${error}`);
    assert.equal(error.code, 'INVALID_ARGUMENT');
    assert.ok(error.message.includes(mentions), `'${error.message}' should mention '${mentions}'`);
    return true;
  });
}

// --- the shared hostile files

for (const { file, what, must, mentions, path } of maliciousCases()) {
  if (!/^(xgb|ubj|bst|lgb)-/.test(file)) continue;
  test(`${file}: ${what}`, () => {
    const bytes = readFileSync(path);
    const convert = () => (file.startsWith('lgb') ? convertLightgbmFile(bytes) : convertXgboostFile(bytes));
    if (must === 'refused') return assertRefused(convert, mentions);
    assert.match(must, /^refused or loaded, and Object.prototype has no new property/);
    try {
      convert();
    } catch (error) {
      assert.ok(error instanceof ServerError);
    }
    assert.deepEqual(Object.keys(Object.prototype), []);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
}

// --- XGBoost's document, one thing wrong at a time

type Document = XgboostDocument;
const treeOf = (document: Document) => document.learner.gradient_booster.model.trees[0];

test('the document that is broken below is whole', () => {
  const plan = convertXgboostFile(Buffer.from(JSON.stringify(xgboostDocument())));
  assert.deepEqual(plan.input.names, ['a', 'b']);
  assert.equal(plan.about.libraryVersion, '2.0.0');
});

const BROKEN_XGBOOST: readonly (readonly [mentions: string, spoil: (document: Document) => void])[] = [
  ["'survival:magic'", d => (d.learner.objective.name = 'survival:magic')],
  ["'gbmagic'", d => (d.learner.gradient_booster.name = 'gbmagic')],
  ['num_feature', d => (d.learner.learner_model_param.num_feature = '0')],
  [
    'columns are too many',
    d => (Object.assign(d.learner, { feature_names: [] }).learner_model_param.num_feature = '2147483647'),
  ],
  ['base_score', d => (d.learner.learner_model_param.base_score = 'much')],
  ['base scores', d => (d.learner.learner_model_param.base_score = '[1,2]')],
  ['3 feature names for 2', d => (d.learner.feature_names = ['a', 'b', 'c'])],
  ['feature_names[0]', d => (d.learner.feature_names = [1, 2])],
  ['attributes.best', d => (d.learner.attributes = { best: 3 })],
  ['not a JSON', d => (d.learner.attributes = { scikit_learn: '{' })],
  ['tree_info: expected 1', d => (d.learner.gradient_booster.model.tree_info = [])],
  ['adds to output 5', d => (d.learner.gradient_booster.model.tree_info = [5])],
  ['iteration_indptr', d => (d.learner.gradient_booster.model.iteration_indptr = [0, 7])],
  ['has the child 0', d => (treeOf(d).left_children[0] = 0)],
  ['has the child 9', d => (treeOf(d).right_children[0] = 9)],
  ['left_children', d => (treeOf(d).left_children[0] = 4294967297)],
  ['feature 2, but', d => (treeOf(d).split_indices[0] = 2)],
  ['default_left', d => (treeOf(d).default_left[0] = 3)],
  ['split_conditions: expected 3', d => treeOf(d).split_conditions.pop()],
  [
    'trees[0]: has no nodes',
    d => {
      const empty = {
        left_children: [],
        right_children: [],
        split_indices: [],
        split_conditions: [],
        default_left: [],
      };
      Object.assign(treeOf(d), empty, { base_weights: [], tree_param: { size_leaf_vector: '2000000000' } });
      d.learner.learner_model_param.num_target = '2000000000';
    },
  ],
  ['no categories', d => (treeOf(d).split_type[0] = 1)],
  [
    'categories up to 5 of 1',
    d =>
      Object.assign(treeOf(d), {
        split_type: [1, 0, 0],
        categories: [1],
        categories_nodes: [0],
        categories_segments: [0],
        categories_sizes: [5],
      }),
  ],
  ['leaf_vector', d => (treeOf(d).tree_param.size_leaf_vector = '-1')],
  ["has no 'base_weights'", d => (treeOf(d).tree_param.size_leaf_vector = '3')],
  [
    'leaves of 1000000',
    d => {
      const leaf_weights = [1, 2, 3];
      Object.assign(treeOf(d), { leaf_weights, tree_param: { size_leaf_vector: '1000000' } });
    },
  ],
  ['two trees have the id 0', d => d.learner.gradient_booster.model.trees.push(treeOf(d))],
];

for (const [mentions, spoil] of BROKEN_XGBOOST) {
  test(`refuses a document of XGBoost: ${mentions}`, () => {
    const document = xgboostDocument();
    spoil(document);
    assertRefused(() => convertXgboostFile(Buffer.from(JSON.stringify(document))), mentions);
  });
}

test('refuses category sets that would fill the memory', () => {
  const nodes = 2001;
  const inner = (nodes - 1) / 2;
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  const owners = numbers.slice(0, inner);
  const document = xgboostDocument();
  Object.assign(treeOf(document), {
    left_children: numbers.map(node => (node < inner ? 2 * node + 1 : -1)),
    right_children: numbers.map(node => (node < inner ? 2 * node + 2 : -1)),
    split_indices: numbers.map(() => 0),
    split_conditions: numbers.map(() => 0),
    default_left: numbers.map(() => 0),
    split_type: numbers.map(node => (node < inner ? 1 : 0)),
    categories: owners.map(() => 16_777_215),
    categories_nodes: owners,
    categories_segments: owners,
    categories_sizes: owners.map(() => 1),
  });
  assertRefused(() => convertXgboostFile(Buffer.from(JSON.stringify(document))), 'sets of categories');
});

// --- LightGBM's text, one thing wrong at a time

test('the text that is broken below is whole', () => {
  const plan = convertLightgbmFile(Buffer.from(LIGHTGBM_TEXT));
  assert.equal(plan.input.names, undefined);
  assert.equal(plan.input.columns, 2);
  assert.equal(plan.about.libraryVersion, 'v4');
});

const BROKEN_LIGHTGBM: readonly (readonly [mentions: string, from: string, to: string])[] = [
  ["not 'tree'", 'tree\n', 'three\n'],
  ["'magic'", 'objective=regression', 'objective=magic'],
  ['sigmoid:x', 'objective=regression', 'objective=binary sigmoid:x'],
  ["says 'num_class' twice", 'label_index=0', 'num_class=2'],
  ["says 'threshold' twice", 'shrinkage=1', 'threshold=1 1'],
  ['3 feature names for 2', 'Column_0 Column_1', 'a b c'],
  ['feature names', 'max_feature_idx=1', 'max_feature_idx=99999999'],
  ['in rounds of 2', 'iteration=1', 'iteration=2'],
  ['in rounds of 0', 'iteration=1', 'iteration=0'],
  ["'Tree=0', got 'Tree=1'", 'Tree=0', 'Tree=1'],
  ['leaf_value has 3 numbers, expected 2000000000', 'num_leaves=3', 'num_leaves=2000000000'],
  ['0 leaves', 'num_leaves=3', 'num_leaves=0'],
  ["threshold has 'high'", 'threshold=0.5 0', 'threshold=high 0'],
  ["threshold has '0x10'", 'threshold=0.5 0', 'threshold=0x10 0'],
  ["threshold has 'nan'", 'threshold=0.5 0', 'threshold=nan 0'],
  ['threshold has 1 numbers', 'threshold=0.5 0', 'threshold=0.5'],
  ['has the child', 'right_child=1 -3', 'right_child=0 -3'],
  ['has the child', 'right_child=1 -3', 'right_child=7 -3'],
  ['has the child', 'right_child=1 -3', 'right_child=1 -4'],
  ['another parent', 'left_child=-1 -2', 'left_child=-3 -2'],
  ['feature 9, but the model has 2', 'split_feature=0 1', 'split_feature=9 1'],
  ['no decision', 'decision_type=2 1', 'decision_type=12 1'],
  ['category set 3', 'threshold=0.5 0', 'threshold=0.5 3'],
  ['category set 0.5', 'threshold=0.5 0', 'threshold=0.5 0.5'],
  ['cat_threshold has 1 numbers, expected 9', 'cat_boundaries=0 1', 'cat_boundaries=0 9'],
  ['do not ascend', 'cat_boundaries=0 1', 'cat_boundaries=0 -1'],
  ["has no 'leaf_const'", 'is_linear=0', 'is_linear=1'],
  [
    'features beyond the 2',
    'is_linear=0',
    'is_linear=1\nleaf_const=1 2 3\nnum_features=1 0 0\nleaf_features=5\nleaf_coeff=1',
  ],
  ['no counts', 'is_linear=0', 'is_linear=1\nleaf_const=1 2 3\nnum_features=-1 0 1\nleaf_features=\nleaf_coeff='],
  ["before 'end of trees'", 'end of trees', ''],
];

for (const [mentions, from, to] of BROKEN_LIGHTGBM) {
  test(`refuses a text of LightGBM: ${to.split('\n')[0] || `no '${from}'`}`, () => {
    assert.ok(LIGHTGBM_TEXT.includes(from));
    assertRefused(() => convertLightgbmFile(Buffer.from(LIGHTGBM_TEXT.replace(from, to))), mentions);
  });
}

// --- CatBoost's document, one thing wrong at a time

test('the document of CatBoost that is broken below is whole', () => {
  const plan = convertCatboostFile(Buffer.from(JSON.stringify(catboostDocument())));
  assert.deepEqual(plan.about.classes, [0, 1]);
});

const BROKEN_CATBOOST: readonly (readonly [mentions: string, spoil: (document: CatboostDocument) => void])[] = [
  ["'Magic'", d => (d.model_info.params.loss_function.type = 'Magic')],
  ['categorical_features', d => d.features_info.categorical_features.push({})],
  ['no feature 3', d => (d.oblivious_trees[0].splits[0].float_feature_index = 3)],
  ['1.5 numbers per leaf', d => d.oblivious_trees[0].leaf_values.push(3)],
  ['numbers per leaf', d => (d.oblivious_trees[0].splits = new Array(60).fill(d.oblivious_trees[0].splits[0]))],
  ['columns', d => (d.features_info.float_features[0].flat_feature_index = 1e9)],
  ['3 labels', d => Object.assign(d.model_info.class_params, { class_names: [1, 2, 3], class_to_label: [0, 1, 2] })],
  ['classes_count', d => Object.assign(d.model_info, { class_params: { classes_count: 2 ** 31 - 1 } })],
  ['another order', d => (d.model_info.class_params.class_to_label = [1, 0])],
  ['class_names[0]', d => (d.model_info.class_params.class_names = [true, false])],
  ['3 base values', d => (d.scale_and_bias = [1, [1, 2, 3]])],
  ["has no 'trees'", d => Reflect.deleteProperty(d, 'oblivious_trees')],
];

for (const [mentions, spoil] of BROKEN_CATBOOST) {
  test(`refuses a document of CatBoost: ${mentions}`, () => {
    const document = catboostDocument();
    spoil(document);
    assertRefused(() => convertCatboostFile(Buffer.from(JSON.stringify(document))), mentions);
  });
}

test('refuses binary models of CatBoost that are cut or are none', () => {
  assertRefused(() => convertCatboostFile(Buffer.from('CBM')), "neither with 'CBM1'");
  assertRefused(() => convertCatboostFile(Buffer.from('CBM1\xff\xff\xff\x7f', 'latin1')), 'bytes announced');
  assertRefused(
    () => convertCatboostFile(Buffer.from('CBM1\x08\0\0\0\xff\xff\xff\xff\0\0\0\0', 'latin1')),
    'wanted at',
  );
});

// --- any bytes: a plan or a refusal

const FUZZED: readonly (readonly [names: RegExp, convert: Convert])[] = [
  [/^xgboost-(3.2.0\/(gblinear-multi|vector-leaf-softprob|multilabel)|1.7.6\/multi-softprob-bst)$/, convertXgboostFile],
  [/^lightgbm-(4.7.0\/(one-leaf|categorical)|3.3.5\/linear-tree)$/, convertLightgbmFile],
  [/^catboost-1.2.10\/(lossguide|string-labels)$/, convertCatboostFile],
];

for (const [names, convert] of FUZZED) {
  for (const name of goldenNames(names)) {
    test(`${name}: cut anywhere, or with bytes changed, it loads or is refused`, () => {
      const whole = modelBytes(goldenCase(name));
      const random = seededRandom(whole.length);
      const place = (length: number) => Math.floor(random() * length);
      for (let round = 0; round < 60; round++) {
        const bytes = Uint8Array.from(round % 3 === 0 ? whole.subarray(0, place(whole.length)) : whole);
        // The first bytes hold sizes and names: change them more often than the numbers behind.
        const reach = round % 2 === 0 ? bytes.length : Math.min(bytes.length, 600);
        for (let change = 0; change < round % 8; change++) bytes[place(reach)] = place(256);
        try {
          convert(bytes);
        } catch (error) {
          assert.ok(error instanceof ServerError, `round ${round}: ${(error as Error).stack}`);
          assert.equal(error.code, 'INVALID_ARGUMENT');
        }
      }
    });
  }
}
