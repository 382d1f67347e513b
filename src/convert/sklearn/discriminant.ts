import { badFile } from '../../formats/errors.js';
import { asInt, asString, attr, items, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import { matrixOf, vectorOf } from './dense.js';
import { type Ellipsoid, squaredRadii } from './ellipsoids.js';
import { type Conversion, type EstimatorConverter, isSince } from './estimator.js';
import type { Features } from './features.js';
import { fittedColumns } from './fitted-columns.js';
import { readLabels } from './labels.js';
import { flattened, linearScores } from './linear-map.js';
import type { Methods, Transformed } from './methods.js';
import { checkScores, classByScore, twoShares } from './scores.js';

export const discriminantConverters: Record<string, EstimatorConverter> = {
  LinearDiscriminantAnalysis: convertLinear,
  QuadraticDiscriminantAnalysis: convertQuadratic,
};

/** The smallest normal double: what a probability of 0 becomes before its logarithm is taken. */
const SMALLEST = 2 ** -1022;

function convertLinear({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { scores: matrix, datatype } = linearScores(g, estimator, features);
  const scores = flattened(g, matrix);
  const labels = readLabels(attr(estimator, 'classes_'));
  checkScores(estimator, scores, labels);
  const predictProba = scores.shape.length === 1 ? twoShares(g, g.sigmoid(scores)) : g.softmax(scores);
  return {
    predict: classByScore(g, scores, labels),
    decisionFunction: scores,
    predictProba,
    predictLogProba: g.log(g.where(g.equal(predictProba, 0), SMALLEST, predictProba)),
    transform: discriminants(g, estimator, features),
    precision: datatype,
    missing: false,
  };
}

/** The solver 'lsqr' has no axes to project on. */
function discriminants(g: GraphBuilder, estimator: Place, features: Features): Transformed | undefined {
  const solver = asString(attr(estimator, 'solver'));
  if (solver === 'lsqr') return undefined;
  const place = attr(estimator, 'scalings_');
  const scalings = matrixOf(place, features.width, undefined);
  const columns = Math.min(asInt(attr(estimator, '_max_components')), scalings.columns);
  const weights = new Float64Array(scalings.rows * columns);
  const bias = new Float64Array(columns);
  const centre = solver === 'svd' ? vectorOf(attr(estimator, 'xbar_'), scalings.rows) : undefined;
  for (let i = 0; i < scalings.rows; i++) {
    for (let j = 0; j < columns; j++) {
      weights[i * columns + j] = scalings.data[i * scalings.columns + j];
      if (centre !== undefined) bias[j] -= centre[i] * weights[i * columns + j];
    }
  }
  const values = features.product({ data: weights, rows: scalings.rows, columns }, bias);
  return fittedColumns(g, values, place, features);
}

/** The log posterior of a normal distribution per class, given by its axes and the variances along them. */
function convertQuadratic({ g }: Conversion, estimator: Place, features: Features): Methods {
  const labels = readLabels(attr(estimator, 'classes_'));
  const means = matrixOf(attr(estimator, 'means_'), labels.count, features.width);
  const rotations = items(attr(estimator, 'rotations_'));
  const scalings = items(attr(estimator, 'scalings_'));
  if (rotations.length !== labels.count || scalings.length !== labels.count) {
    throw badFile(
      `${estimator.path}: ${labels.count} classes, ${rotations.length} rotations, ${scalings.length} scalings`,
    );
  }
  const constants = vectorOf(attr(estimator, 'priors_'), labels.count).map(Math.log);
  const ellipsoids = rotations.map((place, k): Ellipsoid => {
    const axes = matrixOf(place, features.width, undefined);
    const variances = vectorOf(scalings[k], axes.columns);
    for (const variance of variances) constants[k] -= 0.5 * Math.log(variance);
    const data = axes.data.map((value, i) => value * variances[i % axes.columns] ** -0.5);
    return { centre: means.data.subarray(k * features.width, (k + 1) * features.width), axes: { ...axes, data } };
  });
  const radii = squaredRadii(g, features.matrix(), ellipsoids);
  const scores = g.sub(g.constant(constants), g.mul(radii, 0.5));
  const predictProba = g.softmax(scores);
  return {
    predict: { kind: 'class', index: g.argmax(scores), labels },
    decisionFunction: labels.count === 2 ? g.sub(g.pick(scores, 1), g.pick(scores, 0)) : scores,
    predictProba,
    // Up to 1.5 it was the logarithm of the probabilities, and so -infinity where they are 0.
    predictLogProba: isSince(estimator, 1, 6) ? g.sub(scores, g.logSumExp(scores, 1, true)) : undefined,
    missing: false,
  };
}
