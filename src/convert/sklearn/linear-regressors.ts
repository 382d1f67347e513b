import { asNumber, attr, type Place } from '../../formats/pickle/access.js';
import { vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { flattened, linearScores } from './linear-map.js';
import type { Methods } from './methods.js';

/** Everything that answers x @ coef_.T + intercept_ or a function of it. */
export const linearRegressorConverters: Record<string, EstimatorConverter> = {
  ARDRegression: convertLinear,
  BayesianRidge: convertLinear,
  ElasticNet: convertLinear,
  ElasticNetCV: convertLinear,
  HuberRegressor: convertLinear,
  Lars: convertLinear,
  LarsCV: convertLinear,
  Lasso: convertLinear,
  LassoCV: convertLinear,
  LassoLars: convertLinear,
  LassoLarsCV: convertLinear,
  LassoLarsIC: convertLinear,
  LinearRegression: convertLinear,
  LinearSVR: convertLinear,
  MultiTaskElasticNet: convertLinear,
  MultiTaskElasticNetCV: convertLinear,
  MultiTaskLasso: convertLinear,
  MultiTaskLassoCV: convertLinear,
  OrthogonalMatchingPursuit: convertLinear,
  OrthogonalMatchingPursuitCV: convertLinear,
  QuantileRegressor: convertLinear,
  Ridge: convertLinear,
  RidgeCV: convertLinear,
  TheilSenRegressor: convertLinear,
  PassiveAggressiveRegressor: convertStochastic,
  SGDRegressor: convertStochastic,
  SGDOneClassSVM: convertOneClass,
  GammaRegressor: convertLogLink,
  PoissonRegressor: convertLogLink,
  TweedieRegressor: convertTweedie,
  RANSACRegressor: convertRansac,
};

function convertLinear({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { scores, datatype } = linearScores(g, estimator, features);
  return { predict: { kind: 'value', value: scores, datatype }, missing: false };
}

/** Their answer is one-dimensional even when `sparsify` has made a matrix of the coefficients. */
function convertStochastic({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { scores, datatype } = linearScores(g, estimator, features);
  return { predict: { kind: 'value', value: flattened(g, scores), datatype }, missing: false };
}

function convertOneClass({ g }: Conversion, estimator: Place, features: Features): Methods {
  const coefficients = vectorOf(attr(estimator, 'coef_'), features.width);
  const offset = vectorOf(attr(estimator, 'offset_'), 1)[0];
  const scoreSamples = g.matmul(features.matrix(), g.constant(coefficients));
  const decisionFunction = g.sub(scoreSamples, offset);
  const value = g.where(g.greaterOrEqual(decisionFunction, 0), 1, -1);
  return { predict: { kind: 'value', value, datatype: 'INT32' }, decisionFunction, scoreSamples, missing: false };
}

function convertLogLink({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { scores, datatype } = linearScores(g, estimator, features);
  return { predict: { kind: 'value', value: g.exp(scores), datatype }, missing: false };
}

function convertTweedie(conversion: Conversion, estimator: Place, features: Features): Methods {
  const at = attr(estimator, 'link');
  if (typeof at.value !== 'string') throw unsupported(estimator, 'a link function of its own');
  let link = at.value;
  if (link === 'auto') link = asNumber(attr(estimator, 'power')) <= 0 ? 'identity' : 'log';
  if (link === 'log') return convertLogLink(conversion, estimator, features);
  if (link === 'identity') return convertLinear(conversion, estimator, features);
  throw unsupported(estimator, `link '${link}'`);
}

/** Answers with the model fitted on the inliers. */
function convertRansac(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { predict, missing, infinite } = conversion.convert(attr(estimator, 'estimator_'), features);
  return { predict, missing, infinite };
}
