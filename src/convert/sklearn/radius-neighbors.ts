import { badFile } from '../../formats/errors.js';
import { asNumber, asString, attr, isNone, items, type Place } from '../../formats/pickle/access.js';
import { NdArray } from '../../formats/pickle/values.js';
import { isFloat32 } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Labels } from './labels.js';
import type { Methods } from './methods.js';
import {
  hasSeveralOutputs,
  type NeighborIndex,
  neighborClasses,
  readIndex,
  targetMatrix,
  usesTree,
  weightingOf,
} from './neighbor-index.js';

export const radiusNeighborConverters: Record<string, EstimatorConverter> = {
  RadiusNeighborsClassifier: convertClassifier,
  RadiusNeighborsRegressor: convertRegressor,
};

function radiusParams(estimator: Place, { metric, points }: NeighborIndex) {
  const radius = asNumber(attr(estimator, 'radius'));
  return { metric: metric.params, radius, weighting: weightingOf(estimator), columns: points.columns };
}

function convertClassifier({ g }: Conversion, estimator: Place, features: Features): Methods {
  const index = readIndex(estimator, features);
  const outputs = neighborClasses(estimator, index.points.rows);
  const outliers = readOutliers(
    estimator,
    index,
    outputs.map(({ labels }) => labels),
  );
  const counts = outputs.map(({ labels }, output) => outliers?.[output].labels.count ?? labels.count);
  const allVotes = g.kernel('radius-votes', {
    inputs: [features.matrix()],
    params: {
      ...radiusParams(estimator, index),
      classes: counts,
      outliers: outliers?.map(({ position }) => position),
    },
    arrays: {
      ...index.metric.arrays,
      points: index.points.data,
      ...Object.fromEntries(outputs.map(({ classOf }, output) => [output, classOf])),
    },
    outputs: counts.map(count => ({ type: 'f64', shape: [-1, count] })),
  });
  const answers = allVotes.map((votes, output) => {
    const { labels } = outputs[output];
    const known = counts[output] === labels.count ? votes : g.take(votes, [...Array(labels.count).keys()]);
    const [shares] = g.kernel('normalise-rows', {
      inputs: [known],
      params: { whenZero: 0 },
      outputs: [{ type: 'f64', shape: known.shape }],
    });
    const [position] = g.kernel('argmax', { inputs: [votes], outputs: [{ type: 'i32', shape: [-1] }] });
    return { index: position, labels: outliers?.[output].labels ?? labels, shares };
  });
  if (hasSeveralOutputs(estimator)) {
    const predictProba = answers.map(({ shares }) => shares);
    return { predict: { kind: 'classes', outputs: answers }, predictProba, missing: index.missing };
  }
  const [{ index: position, labels, shares }] = answers;
  return { predict: { kind: 'class', index: position, labels }, predictProba: shares, missing: index.missing };
}

interface Outlier {
  /** The classes, and after them the outliers' label where it is none of them. */
  readonly labels: Labels;
  readonly position: number;
}

/** How rows without neighbours are labelled, by output; undefined when the model has no label for them. */
function readOutliers(estimator: Place, index: NeighborIndex, labels: readonly Labels[]): Outlier[] | undefined {
  const place = attr(estimator, 'outlier_label_');
  if (isNone(place)) return undefined;
  const wanted = items(place);
  if (wanted.length !== labels.length)
    throw badFile(`${place.path}: expected ${labels.length} labels, got ${wanted.length}`);
  const outliers = wanted.map((label, output) => outlier(label, labels[output]));
  if (takesPositionsForLabels(estimator, index)) {
    // Without a message, scikit-learn then gives such rows to the class whose position equals the label.
    wanted.forEach(({ value }, output) => {
      if (value !== outliers[output].position) throw unsupported(estimator, `outlier_label ${value} and brute force`);
    });
  }
  return outliers;
}

function outlier(label: Place, labels: Labels): Outlier {
  if (labels.texts !== undefined) {
    const text = asString(label);
    const position = labels.texts.indexOf(text);
    if (position >= 0) return { labels, position };
    return { labels: { ...labels, count: labels.count + 1, texts: [...labels.texts, text] }, position: labels.count };
  }
  const number = asNumber(label);
  const values = Array.from(labels.array as Float64Array, Number);
  const position = values.indexOf(number);
  if (position >= 0) return { labels, position };
  values.push(number);
  const array = labels.datatype === 'INT64' ? BigInt64Array.from(values, BigInt) : Float64Array.from(values);
  return { labels: { ...labels, count: labels.count + 1, array }, position: labels.count };
}

/** scikit-learn's own path for some metrics, new in 1.4. */
function takesPositionsForLabels(estimator: Place, { metric }: NeighborIndex): boolean {
  return (
    isSince(estimator, 1, 4) &&
    !usesTree(estimator) &&
    !hasSeveralOutputs(estimator) &&
    weightingOf(estimator) === 'uniform' &&
    ['seuclidean', 'manhattan', 'chebyshev', 'minkowski', 'canberra', 'braycurtis', 'haversine'].includes(
      metric.params.name,
    )
  );
}

function convertRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  const index = readIndex(estimator, features);
  const targets = attr(estimator, '_y');
  const { columns, flat, data } = targetMatrix(targets, index.points.rows);
  const [value] = g.kernel('radius-means', {
    inputs: [features.matrix()],
    params: { ...radiusParams(estimator, index), targets: columns, flat, empty: emptyAnswer(targets) },
    arrays: { ...index.metric.arrays, points: index.points.data, targets: data },
    outputs: [{ type: 'f64', shape: flat ? [-1] : [-1, columns] }],
  });
  const datatype = isFloat32(targets) ? 'FP32' : 'FP64';
  return { predict: { kind: 'value', value, datatype }, missing: index.missing };
}

/** NaN where there are no neighbours; NaN as numpy writes it into an array of integers when the targets are whole numbers. */
function emptyAnswer({ value }: Place): number | null {
  return value instanceof NdArray && value.dtype.kind === 'i' ? -(2 ** (8 * value.dtype.itemSize - 1)) : null;
}
