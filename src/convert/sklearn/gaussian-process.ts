import { badFile } from '../../formats/errors.js';
import { asFloat64, asInt, attr, type Place } from '../../formats/pickle/access.js';
import { solve } from '../linear-algebra.js';
import { CovarianceFunction } from './covariance-function.js';
import { matrixOf, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince } from './estimator.js';
import type { Features } from './features.js';
import { readLabels } from './labels.js';
import { flattened } from './linear-map.js';
import type { Methods } from './methods.js';
import { classByScore } from './scores.js';

export const gaussianProcessConverters: Record<string, EstimatorConverter> = {
  GaussianProcessRegressor: convertRegressor,
  GaussianProcessClassifier: convertClassifier,
  _BinaryGaussianProcessClassifierLaplace: convertBinary,
};

function convertRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  const points = matrixOf(attr(estimator, 'X_train_'), undefined, features.width);
  const kernel = new CovarianceFunction(g, features.matrix(), points).matrix(attr(estimator, 'kernel_'));
  const alpha = attr(estimator, 'alpha_');
  const isVector = asFloat64(alpha).shape.length === 1;
  const weights = matrixOf(alpha, isVector ? 1 : points.rows, isVector ? points.rows : undefined);
  const targets = isVector ? 1 : weights.columns;
  const scale = perTarget(attr(estimator, '_y_train_std'), targets);
  const mean = perTarget(attr(estimator, '_y_train_mean'), targets);
  const latent = g.matmul(kernel, g.matrix(weights.data, points.rows, targets));
  const value = g.add(g.mul(latent, g.constant(scale)), g.constant(mean));
  // Up to 1.0 targets of one column came back as a column.
  const flat = isVector || isSince(estimator, 1, 1);
  return { predict: { kind: 'value', value: flat ? flattened(g, value) : value, datatype: 'FP64' }, missing: false };
}

function perTarget(place: Place, targets: number): Float64Array {
  const { data } = asFloat64(place);
  return data.length === 1 ? new Float64Array(targets).fill(data[0]) : vectorOf(place, targets);
}

/** Two classes are one process; more are one-vs-rest or one-vs-one, and the latter has no probabilities. */
function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { predict, predictProba } = conversion.convert(attr(estimator, 'base_estimator_'), features);
  const several = asInt(attr(estimator, 'n_classes_')) > 2;
  const hasShares = !several || attr(estimator, 'multi_class').value === 'one_vs_rest';
  return { predict, predictProba: hasShares ? predictProba : undefined, missing: false };
}

/** The posterior by Laplace's approximation: Rasmussen and Williams (2006), algorithm 3.2. */
function convertBinary({ g }: Conversion, estimator: Place, features: Features): Methods {
  const points = matrixOf(attr(estimator, 'X_train_'), undefined, features.width);
  const { rows } = points;
  const covariance = new CovarianceFunction(g, features.matrix(), points);
  const kernel = attr(estimator, 'kernel_');
  const k = covariance.matrix(kernel);
  const share = vectorOf(attr(estimator, 'pi_'), rows);
  const residual = vectorOf(attr(estimator, 'y_train_'), rows).map((y, i) => y - share[i]);
  const mean = g.matmul(k, g.constant(residual));

  const reduction = g.square(g.matmul(k, g.matrix(whitening(estimator, rows), rows, rows)));
  const variance = g.sub(covariance.diagonal(kernel), g.sum(reduction, 1));
  const [predictProba] = g.kernel('laplace-probability', {
    inputs: [mean, variance],
    outputs: [{ type: 'f64', shape: [-1, 2] }],
  });
  return { predict: classByScore(g, mean, readLabels(attr(estimator, 'classes_'))), predictProba, missing: false };
}

/** Row i of the result is column i of L^-1 times W_sr[i]: kernel @ result has the rows of (L^-1 W_sr kernel')'. */
function whitening(estimator: Place, n: number): Float64Array {
  const place = attr(estimator, 'L_');
  const roots = vectorOf(attr(estimator, 'W_sr_'), n);
  const diagonal = new Float64Array(n * n);
  for (let i = 0; i < n; i++) diagonal[i * n + i] = roots[i];
  const solved = solve(matrixOf(place, n, n).data, diagonal, n);
  if (solved === undefined) throw badFile(`${place.path}: expected a matrix that has an inverse`);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = solved[i * n + j];
  return out;
}
