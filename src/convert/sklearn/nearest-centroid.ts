import { attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, matrixOf, vectorOf } from './dense.js';
import { distancesTo, nearestPoint } from './distances.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import type { Methods, Prediction } from './methods.js';
import { type FittedMetric, readMetric } from './metric.js';

export const nearestCentroidConverters: Record<string, EstimatorConverter> = { NearestCentroid: convertCentroid };

/** numpy.isclose's tolerances. */
const RELATIVE = 1e-5;
const ABSOLUTE = 1e-8;

/** The class of the nearest centroid; since 1.6 classes have priors, which count when they differ. */
function convertCentroid({ g }: Conversion, estimator: Place, features: Features): Methods {
  const labels = readLabels(attr(estimator, 'classes_'));
  const centroids = matrixOf(attr(estimator, 'centroids_'), labels.count, features.width);
  const x = features.matrix();
  const metric = readMetric(estimator, attr(estimator, 'metric'), undefined, features.width);
  const missing = metric.params.name === 'nan_euclidean';
  const index = nearestPoint(g, x, centroids, metric);
  const priors = optionalAttr(estimator, 'class_prior_');
  if (priors === undefined) return { predict: { kind: 'class', index, labels }, missing };

  const shares = vectorOf(priors, labels.count);
  const alike = 1 / labels.count;
  const equal = shares.every(share => Math.abs(share - alike) <= ABSOLUTE + RELATIVE * alike);
  const scores = discriminants(g, estimator, x, centroids, shares, metric);
  const predict: Prediction = equal
    ? { kind: 'class', index, labels }
    : { kind: 'class', index: g.argmax(scores), labels };
  if (metric.params.name !== 'euclidean') return { predict, missing };
  const logShares = g.sub(scores, g.logSumExp(scores, 1, true));
  return {
    predict,
    decisionFunction: difference(g, scores, labels),
    predictProba: g.exp(logShares),
    predictLogProba: logShares,
    missing,
  };
}

/** 2 log(prior) - distance^2, columns measured in their deviation within the classes where that is not 0. */
function discriminants(
  g: GraphBuilder,
  estimator: Place,
  x: Ref,
  centroids: Matrix,
  priors: Float64Array,
  metric: FittedMetric,
): Ref {
  const { data, columns } = centroids;
  const units = vectorOf(attr(estimator, 'within_class_std_dev_'), columns).map(deviation => deviation || 1);
  const scaled = { ...centroids, data: data.map((value, i) => value / units[i % columns]) };
  const distances = distancesTo(g, g.div(x, g.constant(units)), scaled, metric);
  return g.sub(g.constant(priors.map(prior => 2 * Math.log(prior))), g.square(distances));
}

/** Two classes share one score: how much better the second is. */
function difference(g: GraphBuilder, scores: Ref, labels: Labels): Ref {
  return labels.count === 2 ? g.sub(g.pick(scores, 1), g.pick(scores, 0)) : scores;
}
