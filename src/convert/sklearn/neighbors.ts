import { asBool, attr, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { isFloat32, matrixOf, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { fittedDatatype } from './fitted-columns.js';
import type { Methods } from './methods.js';
import {
  hasSeveralOutputs,
  nearestOf,
  neighborAnswers,
  neighborClasses,
  readIndex,
  targetMatrix,
  weightingOf,
} from './neighbor-index.js';

export const neighborConverters: Record<string, EstimatorConverter> = {
  KNeighborsClassifier: convertClassifier,
  KNeighborsRegressor: convertRegressor,
  NearestNeighbors: convertSearch,
  LocalOutlierFactor: convertOutlierFactor,
};

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const index = readIndex(estimator, features);
  const nearest = nearestOf(conversion, estimator, index, features.matrix(), attr(estimator, 'n_neighbors'));
  const weighting = weightingOf(estimator);
  const outputs = neighborClasses(estimator, index.points.rows).map(({ labels, classOf }) => {
    const shape = [-1, labels.count];
    const [votes] = g.kernel('neighbor-votes', {
      inputs: [nearest.distances, nearest.indices],
      params: { classes: labels.count, weighting },
      arrays: { classes: classOf },
      outputs: [{ type: 'f64', shape }],
    });
    const [position] = g.kernel('argmax', { inputs: [votes], outputs: [{ type: 'i32', shape: [-1] }] });
    const [shares] = g.kernel('normalise-rows', {
      inputs: [votes],
      params: { whenZero: 0 },
      outputs: [{ type: 'f64', shape }],
    });
    return { index: position, labels, shares };
  });
  const answers = { missing: index.missing, others: neighborAnswers(nearest) };
  if (hasSeveralOutputs(estimator)) {
    return { ...answers, predict: { kind: 'classes', outputs }, predictProba: outputs.map(({ shares }) => shares) };
  }
  const [{ index: position, labels, shares }] = outputs;
  return { ...answers, predict: { kind: 'class', index: position, labels }, predictProba: shares };
}

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const index = readIndex(estimator, features);
  const nearest = nearestOf(conversion, estimator, index, features.matrix(), attr(estimator, 'n_neighbors'));
  const weighting = weightingOf(estimator);
  const targets = attr(estimator, '_y');
  const { columns, flat, data } = targetMatrix(targets, index.points.rows);
  const [value] = g.kernel('neighbor-means', {
    inputs: [nearest.distances, nearest.indices],
    params: { targets: columns, weighting, flat },
    arrays: { targets: data },
    outputs: [{ type: 'f64', shape: flat ? [-1] : [-1, columns] }],
  });
  // A mean of float32 targets is float32 whatever the rows are; a weighted one is not.
  const datatype = weighting === 'uniform' && isFloat32(targets) ? 'FP32' : 'FP64';
  return { predict: { kind: 'value', value, datatype }, missing: index.missing, others: neighborAnswers(nearest) };
}

function convertSearch(conversion: Conversion, estimator: Place, features: Features): Methods {
  const index = readIndex(estimator, features);
  const nearest = nearestOf(conversion, estimator, index, features.matrix(), attr(estimator, 'n_neighbors'));
  return { missing: index.missing, others: neighborAnswers(nearest) };
}

/** Compares the density around a row with the density around its neighbours; fitted for new rows only with novelty=True. */
function convertOutlierFactor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  if (!asBool(attr(estimator, 'novelty'))) throw unsupported(estimator, 'novelty=False');
  const index = readIndex(estimator, features);
  const nearest = nearestOf(conversion, estimator, index, features.matrix(), attr(estimator, 'n_neighbors_'));
  const { rows } = index.points;
  const fitted = attr(estimator, '_distances_fit_X_');
  const reach = matrixOf(fitted, rows, undefined);
  const farthest = Float64Array.from({ length: rows }, (_, point) => reach.data[(point + 1) * reach.columns - 1]);
  const densities = vectorOf(attr(estimator, '_lrd'), rows);
  const around = (values: Float64Array): Ref => g.gather(g.constant(values), nearest.indices);
  // Since 1.3 distances of FP32 rows are rounded.
  const distances = isSince(estimator, 1, 3)
    ? rounded(g, nearest.distances, floatOf(features.datatype))
    : nearest.distances;
  const reachable = g.mean(g.maximum(distances, around(farthest)), 1, true);
  const density = g.div(1, g.add(reachable, 1e-10));
  const scoreSamples = g.neg(g.mean(g.div(around(densities), density), 1));
  const decisionFunction = g.sub(scoreSamples, vectorOf(attr(estimator, 'offset_'), 1)[0]);
  return {
    predict: { kind: 'value', value: g.where(g.less(decisionFunction, 0), -1, 1), datatype: 'INT64' },
    decisionFunction,
    scoreSamples,
    precision: fittedDatatype(fitted, features),
    missing: index.missing,
    others: neighborAnswers(nearest),
  };
}
