import { attr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { matrixOf, transposed, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { flattened } from './linear-map.js';
import type { Methods, Transformed } from './methods.js';

export const crossDecompositionConverters: Record<string, EstimatorConverter> = {
  PLSRegression: convertPls,
  PLSCanonical: convertPls,
  CCA: convertPls,
  PLSSVD: convertSvd,
};

function convertPls({ g }: Conversion, estimator: Place, features: Features): Methods {
  // Rows are standardised in place: float32 rows are rounded at each step.
  const datatype = floatOf(features.datatype);
  const centred = rounded(g, g.sub(features.matrix(), g.constant(means(estimator, features))), datatype);
  const scaled = rounded(g, g.div(centred, g.constant(deviations(estimator, features))), datatype);
  const value = predicted(g, estimator, features.width, centred, scaled);
  return {
    predict: { kind: 'value', value, datatype: 'FP64' },
    transform: rotated(g, scaled, attr(estimator, 'x_rotations_')),
    missing: false,
  };
}

/**
 * Where the coefficients are and what they multiply: up to 1.0 `coef_` [features, targets], in 1.1 and 1.2 `_coef_`
 * [targets, features], then `coef_`; standardised rows up to 1.4, centred ones since 1.5.
 */
function predicted(g: GraphBuilder, estimator: Place, width: number, centred: Ref, scaled: Ref): Ref {
  const isOldest = !isSince(estimator, 1, 1);
  const place = attr(estimator, isOldest || isSince(estimator, 1, 3) ? 'coef_' : '_coef_');
  const weights = isOldest ? matrixOf(place, width, undefined) : transposed(matrixOf(place, undefined, width));
  const bias = vectorOf(attr(estimator, isOldest ? '_y_mean' : 'intercept_'), weights.columns);
  const x = isSince(estimator, 1, 5) ? centred : scaled;
  const value = g.linear(x, g.matrix(weights.data, weights.rows, weights.columns), g.constant(bias));
  const isVector = isSince(estimator, 1, 3) && attr(estimator, '_predict_1d').value === true;
  return isVector ? flattened(g, value) : value;
}

function convertSvd({ g }: Conversion, estimator: Place, features: Features): Methods {
  const centred = g.sub(features.matrix(), g.constant(means(estimator, features)));
  const scaled = g.div(centred, g.constant(deviations(estimator, features)));
  return { transform: rotated(g, scaled, attr(estimator, 'x_weights_')), missing: false };
}

function means(estimator: Place, features: Features): Float64Array {
  return vectorOf(attr(estimator, '_x_mean'), features.width);
}

function deviations(estimator: Place, features: Features): Float64Array {
  return vectorOf(attr(estimator, '_x_std'), features.width);
}

function rotated(g: GraphBuilder, x: Ref, rotation: Place): Transformed {
  const weights = matrixOf(rotation, x.shape[1], undefined);
  const values = g.matmul(x, g.matrix(weights.data, weights.rows, weights.columns));
  return { features: new MatrixFeatures(g, values), datatype: 'FP64' };
}
