import { badFile } from '../../formats/errors.js';
import { attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { inverse } from '../linear-algebra.js';
import { matrixOf, vectorOf } from './dense.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';

export const covarianceConverters: Record<string, EstimatorConverter> = { EllipticEnvelope: convertEnvelope };

/** Rows whose Mahalanobis distance from the robust centre is too large are outliers. */
function convertEnvelope({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { width } = features;
  const centre = vectorOf(attr(estimator, 'location_'), width);
  const offset = vectorOf(attr(estimator, 'offset_'), 1)[0];
  const difference = g.sub(features.matrix(), g.constant(centre));
  const turned = g.matmul(difference, g.matrix(readPrecision(estimator, width), width, width));
  const scoreSamples = g.neg(g.sum(g.mul(turned, difference), 1));
  const decisionFunction = g.sub(scoreSamples, offset);
  return {
    predict: { kind: 'value', value: g.where(g.greaterOrEqual(decisionFunction, 0), 1, -1), datatype: 'INT64' },
    decisionFunction,
    scoreSamples,
    missing: false,
  };
}

/** The inverse of the covariance, stored unless store_precision=False. */
function readPrecision(estimator: Place, width: number): Float64Array {
  const stored = optionalAttr(estimator, 'precision_');
  if (stored !== undefined && stored.value !== null) return matrixOf(stored, width, width).data;
  const place = attr(estimator, 'covariance_');
  const precision = inverse(matrixOf(place, width, width).data, width);
  if (precision === undefined) throw badFile(`${place.path}: expected a matrix that has an inverse`);
  return precision;
}
