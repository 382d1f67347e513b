import { badFile } from '../../formats/errors.js';
import { asFloat64, asInt, asInt32, asString, attr, field, items, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { CategoryBits, MISSING, type TreeSpec } from '../tree-spec.js';
import { addTrees } from '../trees.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { histRows } from './hist-categories.js';
import { readLabels } from './labels.js';
import type { Methods } from './methods.js';
import { above, argmax, classShares, transformed } from './steps.js';

/** Boosted trees over binned features: float64 rows, missing values, categories. */
export const histGradientBoostingConverters: Record<string, EstimatorConverter> = {
  HistGradientBoostingClassifier: convertClassifier,
  HistGradientBoostingRegressor: convertRegressor,
};

const IDENTITY_LOSSES = new Set([
  'squared_error',
  'least_squares',
  'absolute_error',
  'least_absolute_deviation',
  'quantile',
]);
const LOG_LOSSES = new Set(['poisson', 'gamma']);
const ANY_ROWS = { missing: true, infinite: true };

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const loss = attr(estimator, 'loss');
  if (typeof loss.value !== 'string') throw unsupported(estimator, 'a loss of its own');
  const scores = rawScores(conversion, estimator, features, 1);
  if (IDENTITY_LOSSES.has(loss.value))
    return { predict: { kind: 'value', value: scores, datatype: 'FP64' }, ...ANY_ROWS };
  if (!LOG_LOSSES.has(loss.value)) throw unsupported(estimator, `loss '${loss.value}'`);
  return { predict: { kind: 'value', value: transformed(conversion.g, scores, 'exp'), datatype: 'FP64' }, ...ANY_ROWS };
}

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  asString(attr(estimator, 'loss'));
  const labels = readLabels(attr(estimator, 'classes_'));
  const outputs = labels.count <= 2 ? 1 : labels.count;
  const scores = rawScores(conversion, estimator, features, outputs);
  const predictProba = classShares(g, scores);
  // Before 1.5 the choice is made between rounded probabilities.
  const byScore = isSince(estimator, 1, 5);
  const index = byScore && outputs === 1 ? above(g, scores, 0) : argmax(g, byScore ? scores : predictProba);
  return { predict: { kind: 'class', index, labels }, decisionFunction: scores, predictProba, ...ANY_ROWS };
}

/** [rows], or [rows, classes] for three classes and more. */
function rawScores({ g }: Conversion, estimator: Place, features: Features, outputs: number): Ref {
  if (asInt(attr(estimator, 'n_trees_per_iteration_')) !== outputs)
    throw badFile(`${estimator.path}.n_trees_per_iteration_: expected ${outputs}`);
  const base = asFloat64(attr(estimator, '_baseline_prediction')).data;
  const trees = items(attr(estimator, '_predictors')).flatMap(stage => {
    const predictors = items(stage);
    if (predictors.length !== outputs)
      throw badFile(`${stage.path}: expected ${outputs} trees, got ${predictors.length}`);
    return predictors.map((predictor, target) => readPredictor(predictor, target));
  });
  return addTrees(g, histRows(g, estimator, features), trees, { outputs, base, flat: outputs === 1 });
}

/**
 * One tree: `nodes`, records without padding, and sets of categories as bits, 8 words each:
 *
 *   value f8, count u4, feature_idx u4 (since 1.3 i8), num_threshold f8, missing_go_to_left u1, left u4, right u4, gain f8,
 *   depth u4, is_leaf u1, bin_threshold u1, is_categorical u1, bitset_idx u4 (which set of categories goes left)
 */
function readPredictor(predictor: Place, target: number): TreeSpec {
  const nodes = attr(predictor, 'nodes');
  const column = (name: string) => asInt32(field(nodes, name)).data;
  const leaf = column('is_leaf');
  const sets = attr(predictor, 'raw_left_cat_bitsets');
  const { data: words, shape } = asFloat64(sets);
  const setOf = column('bitset_idx');
  const categories = new Map<number, CategoryBits>();
  column('is_categorical').forEach((categorical, node) => {
    if (categorical !== 1 || leaf[node] === 1) return;
    const set = setOf[node];
    if (shape[1] !== 8 || set >= shape[0]) throw badFile(`${sets.path}: node ${node} has no set of categories`);
    categories.set(node, new CategoryBits(words.subarray(set * 8, set * 8 + 8)));
  });
  return {
    left: column('left').map((child, node) => (leaf[node] === 1 ? -1 : child)),
    right: column('right'),
    feature: column('feature_idx'),
    threshold: asFloat64(field(nodes, 'num_threshold')).data,
    missing: column('missing_go_to_left').map(left => (left === 1 ? MISSING.left : MISSING.right)),
    values: asFloat64(field(nodes, 'value')).data,
    categories,
    target,
  };
}
