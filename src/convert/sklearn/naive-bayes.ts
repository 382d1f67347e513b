import { badFile } from '../../formats/errors.js';
import { asNumber, attr, isNone, items, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, matrixOf, transposed, vectorOf } from './dense.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import type { Methods } from './methods.js';
import { binarized } from './scaling.js';

export const naiveBayesConverters: Record<string, EstimatorConverter> = {
  GaussianNB: convertGaussian,
  MultinomialNB: convertMultinomial,
  ComplementNB: convertComplement,
  BernoulliNB: convertBernoulli,
  CategoricalNB: convertCategorical,
};

/** The class of the largest joint log likelihood, and the likelihoods as shares of their sum. */
function answers(g: GraphBuilder, joint: Ref, labels: Labels): Methods {
  const logShares = g.sub(joint, g.logSumExp(joint, 1, true));
  return {
    predict: { kind: 'class', index: g.argmax(joint), labels },
    predictProba: g.exp(logShares),
    predictLogProba: logShares,
    missing: false,
  };
}

function convertGaussian({ g }: Conversion, estimator: Place, features: Features): Methods {
  const labels = readLabels(attr(estimator, 'classes_'));
  const means = matrixOf(attr(estimator, 'theta_'), labels.count, features.width);
  const variances = matrixOf(attr(estimator, 'var_'), labels.count, features.width);
  const priors = vectorOf(attr(estimator, 'class_prior_'), labels.count);
  const [distances] = g.kernel('scaled-squares', {
    inputs: [features.matrix()],
    arrays: { centres: means.data, factors: variances.data.map(variance => 1 / variance) },
    outputs: [{ type: 'f64', shape: [-1, labels.count] }],
  });
  const constants = priors.map(Math.log);
  variances.data.forEach((variance, i) => {
    constants[Math.floor(i / features.width)] -= 0.5 * Math.log(2 * Math.PI * variance);
  });
  return answers(g, g.sub(g.constant(constants), g.mul(distances, 0.5)), labels);
}

interface Discrete {
  readonly labels: Labels;
  readonly priors: Float64Array;
  /** [classes, features] */
  readonly logShares: Matrix;
}

function readDiscrete(estimator: Place, features: Features): Discrete {
  const labels = readLabels(attr(estimator, 'classes_'));
  return {
    labels,
    priors: vectorOf(attr(estimator, 'class_log_prior_'), labels.count),
    logShares: matrixOf(attr(estimator, 'feature_log_prob_'), labels.count, features.width),
  };
}

function convertMultinomial({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { labels, priors, logShares } = readDiscrete(estimator, features);
  return answers(g, features.product(transposed(logShares), priors), labels);
}

/** The prior counts for a single class only. */
function convertComplement({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { labels, priors, logShares } = readDiscrete(estimator, features);
  const bias = labels.count === 1 ? priors : new Float64Array(labels.count);
  return answers(g, features.product(transposed(logShares), bias), labels);
}

function convertBernoulli({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { labels, priors, logShares } = readDiscrete(estimator, features);
  const logRest = logShares.data.map(share => Math.log(1 - Math.exp(share)));
  const weights = transposed({ ...logShares, data: logShares.data.map((share, i) => share - logRest[i]) });
  const bias = priors.slice();
  logRest.forEach((rest, i) => {
    bias[Math.floor(i / features.width)] += rest;
  });
  const threshold = attr(estimator, 'binarize');
  const flags = isNone(threshold) ? features : binarized(g, features, asNumber(threshold));
  return answers(g, flags.product(weights, bias), labels);
}

function convertCategorical({ g }: Conversion, estimator: Place, features: Features): Methods {
  const labels = readLabels(attr(estimator, 'classes_'));
  const priors = vectorOf(attr(estimator, 'class_log_prior_'), labels.count);
  const place = attr(estimator, 'feature_log_prob_');
  const tables = items(place).map(table => transposed(matrixOf(table, labels.count, undefined)));
  if (tables.length !== features.width)
    throw badFile(`${place.path}: expected ${features.width} tables, got ${tables.length}`);
  const starts = new Int32Array(tables.length + 1);
  tables.forEach((table, column) => {
    starts[column + 1] = starts[column] + table.rows;
  });
  const scores = new Float64Array(starts[tables.length] * labels.count);
  tables.forEach((table, column) => {
    scores.set(table.data, starts[column] * labels.count);
  });
  const [sums] = g.kernel('category-scores', {
    inputs: [features.matrix()],
    params: { classes: labels.count },
    arrays: { scores, starts },
    outputs: [{ type: 'f64', shape: [-1, labels.count] }],
  });
  return answers(g, g.add(sums, g.constant(priors)), labels);
}
