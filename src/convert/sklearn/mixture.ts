import { badFile } from '../../formats/errors.js';
import { asFloat64, asString, attr, item, type Place } from '../../formats/pickle/access.js';
import { digamma } from '../digamma.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, matrixOf, rowOf, vectorOf } from './dense.js';
import { squaredRadii } from './ellipsoids.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';

export const mixtureConverters: Record<string, EstimatorConverter> = {
  GaussianMixture: convertGaussian,
  BayesianGaussianMixture: convertBayesian,
};

interface Mixture {
  /** [rows, components]: squared distances from the means, in the components' own units. */
  readonly distances: Ref;
  /** By component: the logarithm of the determinant that goes with these units. */
  readonly logDeterminants: Float64Array;
  readonly features: number;
}

/** `precisions_cholesky_` has a shape by covariance type: [k, d, d], [d, d], [k, d] or [k]. */
function readMixture(g: GraphBuilder, estimator: Place, features: Features): Mixture {
  const { width } = features;
  const means = matrixOf(attr(estimator, 'means_'), undefined, width);
  const place = attr(estimator, 'precisions_cholesky_');
  const type = asString(attr(estimator, 'covariance_type'));
  if (type === 'full' || type === 'tied') return turned(g, estimator, features, means, type === 'tied');
  if (type !== 'diag' && type !== 'spherical') throw unsupported(estimator, `covariance_type '${type}'`);
  const cholesky =
    type === 'diag' ? matrixOf(place, means.rows, width).data : repeated(vectorOf(place, means.rows), width);
  const logDeterminants = new Float64Array(means.rows);
  cholesky.forEach((value, i) => {
    logDeterminants[Math.floor(i / width)] += Math.log(value);
  });
  const [distances] = g.kernel('scaled-squares', {
    inputs: [features.matrix()],
    arrays: { centres: means.data, factors: cholesky.map(value => value * value) },
    outputs: [{ type: 'f64', shape: [-1, means.rows] }],
  });
  return { distances, logDeterminants, features: width };
}

/** Components with axes of their own, or with the same axes for all. */
function turned(g: GraphBuilder, estimator: Place, features: Features, means: Matrix, tied: boolean): Mixture {
  const place = attr(estimator, 'precisions_cholesky_');
  const { width } = features;
  const size = width * width;
  const { data, shape } = asFloat64(place);
  if (data.length !== (tied ? size : means.rows * size))
    throw badFile(`${place.path}: shape [${shape}] does not fit ${means.rows} components of ${width} features`);
  const logDeterminants = new Float64Array(means.rows);
  const ellipsoids = Array.from({ length: means.rows }, (_, k) => {
    const axes = tied ? data : data.subarray(k * size, (k + 1) * size);
    for (let i = 0; i < width; i++) logDeterminants[k] += Math.log(axes[i * width + i]);
    return { centre: rowOf(means, k), axes: { data: axes, rows: width, columns: width } };
  });
  return { distances: squaredRadii(g, features.matrix(), ellipsoids), logDeterminants, features: width };
}

function repeated(values: Float64Array, times: number): Float64Array {
  return Float64Array.from({ length: values.length * times }, (_, i) => values[Math.floor(i / times)]);
}

/** `logWeights` are what each component adds to the log density of its normal distribution. */
function answers(
  g: GraphBuilder,
  { distances, logDeterminants, features }: Mixture,
  logWeights: Float64Array,
): Methods {
  const constants = logDeterminants.map((value, k) => value - 0.5 * features * Math.log(2 * Math.PI) + logWeights[k]);
  const joint = g.sub(g.constant(constants), g.mul(distances, 0.5));
  const total = g.logSumExp(joint, 1, true);
  return {
    predict: { kind: 'value', value: g.argmax(joint), datatype: 'INT64' },
    predictProba: g.exp(g.sub(joint, total)),
    scoreSamples: g.reshape(total, [-1]),
    missing: false,
  };
}

function convertGaussian({ g }: Conversion, estimator: Place, features: Features): Methods {
  const mixture = readMixture(g, estimator, features);
  const weights = vectorOf(attr(estimator, 'weights_'), mixture.logDeterminants.length);
  return answers(g, mixture, weights.map(Math.log));
}

/** The expected log weights and log determinants under the posterior (Bishop, 2006, chapter 10). */
function convertBayesian({ g }: Conversion, estimator: Place, features: Features): Methods {
  const mixture = readMixture(g, estimator, features);
  const components = mixture.logDeterminants.length;
  const freedom = attr(estimator, 'degrees_of_freedom_');
  // Tied components share one number.
  const isShared = asString(attr(estimator, 'covariance_type')) === 'tied';
  const freedoms = isShared ? repeated(vectorOf(freedom, 1), components) : vectorOf(freedom, components);
  const precisions = vectorOf(attr(estimator, 'mean_precision_'), components);
  const d = mixture.features;
  const logWeights = expectedLogWeights(estimator, components).map((value, k) => {
    let logLambda = d * Math.log(2);
    for (let i = 0; i < d; i++) logLambda += digamma(0.5 * (freedoms[k] - i));
    return value - 0.5 * d * Math.log(freedoms[k]) + 0.5 * (logLambda - d / precisions[k]);
  });
  return answers(g, mixture, logWeights);
}

function expectedLogWeights(estimator: Place, components: number): Float64Array {
  const place = attr(estimator, 'weight_concentration_');
  const type = asString(attr(estimator, 'weight_concentration_prior_type'));
  if (type === 'dirichlet_distribution') {
    const concentrations = vectorOf(place, components);
    const total = digamma(concentrations.reduce((sum, value) => sum + value, 0));
    return concentrations.map(value => digamma(value) - total);
  }
  if (type !== 'dirichlet_process') throw unsupported(estimator, `weight_concentration_prior_type '${type}'`);
  const a = vectorOf(item(place, 0), components);
  const b = vectorOf(item(place, 1), components);
  let before = 0;
  return a.map((value, k) => {
    const total = digamma(value + b[k]);
    const expected = digamma(value) - total + before;
    before += digamma(b[k]) - total;
    return expected;
  });
}
