import { badFile } from '../../formats/errors.js';
import {
  asFloat64,
  asInt,
  asInt32,
  asString,
  attr,
  isNone,
  items,
  optionalAttr,
  type Place,
} from '../../formats/pickle/access.js';
import type { Weighting } from '../../kernels/neighbors/weights.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, matrixOf } from './dense.js';
import { type Nearest, nearestPoints } from './distances.js';
import { type Conversion, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import type { OtherAnswer } from './methods.js';
import { type FittedMetric, readMetric } from './metric.js';
import { fittedTree } from './space-tree.js';

/** What every estimator of scikit-learn's `neighbors` has fitted. */
export interface NeighborIndex {
  readonly points: Matrix;
  readonly metric: FittedMetric;
  /** Whether rows may have NaN. */
  readonly missing: boolean;
}

export function readIndex(estimator: Place, features: Features): NeighborIndex {
  const points = matrixOf(attr(estimator, '_fit_X'), undefined, features.width);
  const keywords = optionalAttr(estimator, 'effective_metric_params_');
  const metric = readMetric(estimator, attr(estimator, 'effective_metric_'), keywords, features.width);
  return { points, metric, missing: metric.params.name === 'nan_euclidean' };
}

/** The `count` nearest points, found through the fitted tree when there is one. */
export function nearestOf({ g }: Conversion, estimator: Place, index: NeighborIndex, x: Ref, count: Place): Nearest {
  const { points, metric } = index;
  const k = asInt(count);
  if (k < 1 || k > points.rows) throw badFile(`${count.path}: expected 1 to ${points.rows} neighbours, got ${k}`);
  return nearestPoints(g, x, points, k, metric, fittedTree(estimator, points, metric.params));
}

/** `kneighbors`: distances, then positions. */
export function neighborAnswers({ distances, indices }: Nearest): OtherAnswer[] {
  return [
    { method: 'kneighbors', name: 'kneighbors-0', value: distances, datatype: 'FP64' },
    { method: 'kneighbors', name: 'kneighbors-1', value: indices, datatype: 'INT64' },
  ];
}

export function weightingOf(estimator: Place): Weighting {
  const weights = attr(estimator, 'weights');
  if (isNone(weights)) return 'uniform';
  if (weights.value === 'uniform' || weights.value === 'distance') return weights.value;
  throw unsupported(estimator, 'weights of its own');
}

/** The classes of the points, one entry per output. */
export interface NeighborClasses {
  readonly labels: Labels;
  /** Position in `labels` of each point. */
  readonly classOf: Int32Array;
}

export function neighborClasses(estimator: Place, points: number): NeighborClasses[] {
  const classes = attr(estimator, 'classes_');
  const allLabels = hasSeveralOutputs(estimator) ? items(classes).map(readLabels) : [readLabels(classes)];
  const place = attr(estimator, '_y');
  const { data } = asInt32(place);
  const outputs = allLabels.length;
  if (data.length !== points * outputs) {
    throw badFile(`${place.path}: expected ${outputs} values for each of ${points} points, got ${data.length}`);
  }
  return allLabels.map((labels, output) => {
    const classOf = Int32Array.from({ length: points }, (_, point) => data[point * outputs + output]);
    if (!classOf.every(position => position >= 0 && position < labels.count))
      throw badFile(`${place.path}: expected positions below ${labels.count}, the number of classes`);
    return { labels, classOf };
  });
}

export function hasSeveralOutputs(estimator: Place): boolean {
  return attr(estimator, 'outputs_2d_').value === true;
}

export function usesTree(estimator: Place): boolean {
  return asString(attr(estimator, '_fit_method')) !== 'brute';
}

export interface TargetMatrix {
  /** [points, columns] */
  readonly data: Float64Array;
  readonly columns: number;
  /** Whether the answer is a vector: the targets were one. */
  readonly flat: boolean;
}

export function targetMatrix(place: Place, points: number): TargetMatrix {
  const { data, shape } = asFloat64(place);
  if (shape.length === 0 || shape.length > 2 || shape[0] !== points)
    throw badFile(`${place.path}: expected targets of ${points} points, got shape [${shape}]`);
  return { data, columns: shape[1] ?? 1, flat: shape.length === 1 };
}
