import { badFile } from '../../formats/errors.js';
import { asInt, asInt32, attr, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { TreeSpec } from '../tree-spec.js';
import { addTreeLeaves } from '../trees.js';
import { tablesOf } from './categories.js';
import { type Conversion, type EstimatorConverter, isSince, shortName, textParameter } from './estimator.js';
import type { Features } from './features.js';
import { readLabels } from './labels.js';
import { fittedMembers } from './members.js';
import type { Methods } from './methods.js';
import { SparseFeatures } from './sparse-features.js';
import { argmax, columnRange } from './steps.js';
import { readTree, type TreeNodes } from './tree-nodes.js';
import { addTreesOn } from './tree-rows.js';

/** Single trees, and forests, which answer the mean of their trees: one kernel call each. */
export const treeConverters: Record<string, EstimatorConverter> = {
  DecisionTreeClassifier: (conversion, tree, features) => classifier(conversion, tree, [tree], features),
  ExtraTreeClassifier: (conversion, tree, features) => classifier(conversion, tree, [tree], features),
  DecisionTreeRegressor: (conversion, tree, features) => regressor(conversion, tree, [tree], features),
  ExtraTreeRegressor: (conversion, tree, features) => regressor(conversion, tree, [tree], features),
  RandomForestClassifier: (conversion, forest, features) =>
    classifier(conversion, forest, fittedMembers(forest), features),
  ExtraTreesClassifier: (conversion, forest, features) =>
    classifier(conversion, forest, fittedMembers(forest), features),
  RandomForestRegressor: (conversion, forest, features) =>
    regressor(conversion, forest, fittedMembers(forest), features),
  ExtraTreesRegressor: (conversion, forest, features) => regressor(conversion, forest, fittedMembers(forest), features),
  RandomTreesEmbedding: convertEmbedding,
};

function classifier({ g }: Conversion, estimator: Place, trees: readonly Place[], features: Features): Methods {
  const classes = attr(estimator, 'classes_');
  const labels = asInt(attr(estimator, 'n_outputs_')) === 1 ? [readLabels(classes)] : items(classes).map(readLabels);
  const counts = labels.map(({ count }) => count);
  const width = counts.reduce((sum, count) => sum + count, 0);
  const specs = trees.map(tree => sharesTree(tree, counts));
  const all = addTreesOn(g, features, specs, { outputs: width, width, divideBy: trees.length });
  const missing = treesTakeMissing(estimator, trees);
  if (labels.length === 1) {
    return { predict: { kind: 'class', index: argmax(g, all), labels: labels[0] }, predictProba: all, missing };
  }
  let first = 0;
  const shares = counts.map(count => columnRange(g, all, first, (first += count)));
  return {
    predict: { kind: 'classes', outputs: shares.map((share, i) => ({ index: argmax(g, share), labels: labels[i] })) },
    predictProba: shares,
    missing,
  };
}

function regressor({ g }: Conversion, estimator: Place, trees: readonly Place[], features: Features): Methods {
  const outputs = asInt(attr(estimator, 'n_outputs_'));
  const value = addTreesOn(
    g,
    features,
    trees.map(tree => valuesTree(tree, outputs)),
    { outputs, width: outputs, divideBy: trees.length, flat: outputs === 1 },
  );
  return { predict: { kind: 'value', value, datatype: 'FP64' }, missing: treesTakeMissing(estimator, trees) };
}

/** Whether an estimator is a single tree: ensembles of those become one kernel call. */
export function isTree(estimator: Place, kind: 'Classifier' | 'Regressor'): boolean {
  const name = shortName(estimator);
  return name === `DecisionTree${kind}` || name === `ExtraTree${kind}`;
}

/** A regression tree: `outputs` numbers a leaf. */
export function valuesTree(estimator: Place, outputs: number): TreeNodes {
  const tree = readTree(estimator);
  if (tree.outputs !== outputs || tree.classes !== 1) {
    throw badFile(
      `${estimator.path}.tree_: values of shape [${tree.outputs},${tree.classes}], expected [${outputs},1]`,
    );
  }
  return tree;
}

/**
 * A classification tree whose leaves hold the shares of the classes, output after output (`counts`: classes by output). Before
 * 1.4 files hold weighted counts instead.
 */
export function sharesTree(estimator: Place, counts: readonly number[]): TreeNodes {
  const tree = readTree(estimator);
  const { values, outputs, classes } = tree;
  if (outputs !== counts.length || classes !== Math.max(...counts)) {
    throw badFile(`${estimator.path}.tree_: values of shape [${outputs},${classes}] do not fit [${counts}] classes`);
  }
  const shares = isSince(estimator, 1, 4);
  if (shares && counts.every(count => count === classes)) return tree;
  const out = new Float64Array(tree.left.length * counts.reduce((sum, count) => sum + count, 0));
  let to = 0;
  for (let from = 0; from < values.length; from += classes) {
    const count = counts[(from / classes) % outputs];
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[from + i];
    const divideBy = shares || sum === 0 ? 1 : sum;
    for (let i = 0; i < count; i++) out[to++] = values[from + i] / divideBy;
  }
  return { ...tree, values: out };
}

const CLASSIFICATION = new Set(['gini', 'log_loss', 'entropy']);
const REGRESSION = new Set(['squared_error', 'friedman_mse', 'poisson']);

/** Whether scikit-learn takes rows with NaN: trees since 1.3, forests since 1.4, and only with certain parameters. */
export function treesTakeMissing(estimator: Place, trees: readonly Place[]): boolean {
  const [tree] = trees;
  if (!isSince(estimator, 1, estimator === tree ? 3 : 4)) return false;
  const random = shortName(tree).startsWith('ExtraTree');
  const splitter = textParameter(tree, 'splitter', random ? 'random' : 'best');
  if (isSince(tree, 1, 9)) return !random || splitter === 'random';
  const criterion = textParameter(tree, 'criterion', '');
  if (!CLASSIFICATION.has(criterion) && !REGRESSION.has(criterion)) return false;
  if ((optionalAttr(tree, 'monotonic_cst')?.value ?? null) !== null) return false;
  if (!isSince(tree, 1, 6)) return splitter === 'best';
  return splitter === 'random' || !random;
}

/** One column per leaf of each tree, 1 for the leaf that a row ends in. */
function convertEmbedding({ g }: Conversion, estimator: Place, features: Features): Methods {
  const trees = fittedMembers(estimator);
  const known = items(attr(attr(estimator, 'one_hot_encoder_'), 'categories_')).map(place => asInt32(place).data);
  if (known.length !== trees.length)
    throw badFile(`${estimator.path}.one_hot_encoder_: leaves of ${known.length} trees, expected ${trees.length}`);
  const specs = trees.map((place, t): TreeSpec => {
    const tree = readTree(place);
    const leafIds = new Int32Array(tree.left.length).fill(-1);
    known[t].forEach((leaf, code) => {
      leafIds[leaf] = code;
    });
    return { ...tree, leafIds };
  });
  const names = known.flatMap((leaves, t) => Array.from(leaves, leaf => `randomtreesembedding_${t}_${leaf}`));
  let width = 0;
  const { values: targets, offsets } = tablesOf(
    known.map(leaves => Int32Array.of(-1, ...Array.from(leaves, () => width++))),
    Int32Array,
  );
  const call = { inputs: [addTreeLeaves(g, features.floats(), specs)], arrays: { targets, offsets } };
  const made = SparseFeatures.ofKernel(g, 'one-hot', call, { width, names, datatype: 'FP64' });
  return { transform: { features: made, datatype: 'FP64' }, missing: treesTakeMissing(estimator, trees) };
}
