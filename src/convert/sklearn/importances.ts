import { badFile } from '../../formats/errors.js';
import {
  asFloat64,
  asInt,
  asInt32,
  attr,
  field,
  hasAttr,
  item,
  items,
  type Place,
} from '../../formats/pickle/access.js';
import { elements } from '../../formats/pickle/arrays.js';
import { NdArray } from '../../formats/pickle/values.js';
import { MAX_COLUMNS } from '../shapes.js';
import { denseMatrix, type Matrix } from './dense.js';
import { shortName, unsupported } from './estimator.js';

/** How much each feature means to a fitted estimator: one vector, or a matrix with one row per class or target. */
export interface Importances {
  readonly matrix: Matrix;
  readonly isVector: boolean;
}

/** By scikit-learn's `importance_getter`: "auto", or names with dots between. */
export function importancesOf(estimator: Place, getter: string): Importances {
  if (getter === 'auto') return hasAttr(estimator, 'coef_') ? coefficients(estimator) : fromTrees(estimator);
  const names = getter.split('.');
  const last = names.pop();
  const owner = names.reduce(step, estimator);
  if (last === 'coef_') return coefficients(owner);
  if (last === 'feature_importances_') return fromTrees(owner);
  throw unsupported(estimator, `importance_getter '${getter}'`);
}

/** An attribute, or a step of a pipeline by its name. */
function step(owner: Place, name: string): Place {
  if (name === 'named_steps') return owner;
  if (hasAttr(owner, name) || !hasAttr(owner, 'steps')) return attr(owner, name);
  const found = items(attr(owner, 'steps')).find(pair => item(pair, 0).value === name);
  if (found === undefined) throw badFile(`${owner.path} has no step '${name}'`);
  return item(found, 1);
}

function coefficients(estimator: Place): Importances {
  const place = attr(estimator, 'coef_');
  const isVector = place.value instanceof NdArray && place.value.shape.length === 1;
  return { matrix: denseMatrix(place), isVector };
}

/** `feature_importances_`, which no file holds: what the splits on a feature gained. */
function fromTrees(estimator: Place): Importances {
  const data = treeImportances(estimator);
  return { matrix: { data, rows: 1, columns: data.length }, isVector: true };
}

function treeImportances(estimator: Place): Float64Array {
  switch (shortName(estimator)) {
    case 'DecisionTreeClassifier':
    case 'DecisionTreeRegressor':
    case 'ExtraTreeClassifier':
    case 'ExtraTreeRegressor':
      return shares(gains(estimator));
    case 'RandomForestClassifier':
    case 'RandomForestRegressor':
    case 'ExtraTreesClassifier':
    case 'ExtraTreesRegressor':
      return shares(
        mean(
          splitting(items(attr(estimator, 'estimators_'))).map(tree => shares(gains(tree))),
          estimator,
        ),
      );
    case 'GradientBoostingClassifier':
    case 'GradientBoostingRegressor':
      return shares(mean(splitting(boostedTrees(attr(estimator, 'estimators_'))).map(gains), estimator));
    case 'AdaBoostClassifier':
    case 'AdaBoostRegressor':
      return weightedMean(estimator);
    default:
      throw unsupported(estimator, 'feature_importances_');
  }
}

/** By feature, the impurity that its splits took away, weighted by the rows that came there. */
function gains(estimator: Place): Float64Array {
  const nodes = attr(attr(estimator, 'tree_'), 'nodes');
  const left = asInt32(field(nodes, 'left_child')).data;
  const right = asInt32(field(nodes, 'right_child')).data;
  const feature = asInt32(field(nodes, 'feature')).data;
  const impurity = asFloat64(field(nodes, 'impurity')).data;
  const weight = asFloat64(field(nodes, 'weighted_n_node_samples')).data;
  const out = perFeature(estimator);
  for (let node = 0; node < left.length; node++) {
    if (left[node] < 0) continue;
    out[feature[node]] +=
      weight[node] * impurity[node] -
      weight[left[node]] * impurity[left[node]] -
      weight[right[node]] * impurity[right[node]];
  }
  return out.map(gain => gain / weight[0]);
}

/** A zero for each feature that the estimator says it has seen. */
function perFeature(estimator: Place): Float64Array {
  const place = attr(estimator, 'n_features_in_');
  const count = asInt(place);
  if (count < 0 || count > MAX_COLUMNS) throw badFile(`${place.path}: expected 0 to ${MAX_COLUMNS}, got ${count}`);
  return new Float64Array(count);
}

function shares(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total > 0 ? values.map(value => value / total) : values;
}

/** Trees that are more than a root. */
function splitting(trees: readonly Place[]): Place[] {
  return trees.filter(tree => asInt32(field(attr(attr(tree, 'tree_'), 'nodes'), 'feature')).data.length > 1);
}

/** [stages, classes] of trees. */
function boostedTrees(place: Place): Place[] {
  const values = place.value instanceof NdArray ? elements(place.value) : undefined;
  if (values === undefined) throw badFile(`${place.path}: expected an array of trees`);
  return values.map((value, i) => ({ path: `${place.path}[${i}]`, value }));
}

function mean(vectors: readonly Float64Array[], estimator: Place): Float64Array {
  const out = perFeature(estimator);
  for (const vector of vectors) for (let i = 0; i < out.length; i++) out[i] += vector[i];
  return vectors.length === 0 ? out : out.map(value => value / vectors.length);
}

function weightedMean(estimator: Place): Float64Array {
  const members = items(attr(estimator, 'estimators_'));
  const place = attr(estimator, 'estimator_weights_');
  const weights = asFloat64(place).data.subarray(0, members.length);
  const all = asFloat64(place).data.reduce((sum, weight) => sum + weight, 0);
  const out = perFeature(estimator);
  members.forEach((member, m) => {
    treeImportances(member).forEach((value, i) => {
      out[i] += weights[m] * value;
    });
  });
  return out.map(value => value / all);
}
