import { badFile } from '../../formats/errors.js';
import { asFloat64, asString, attr, type Place } from '../../formats/pickle/access.js';
import { isFloat32, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';

export const isotonicConverters: Record<string, EstimatorConverter> = { IsotonicRegression: convertIsotonic };

/** A broken line through the fitted thresholds; one threshold is a constant. */
function convertIsotonic({ g }: Conversion, estimator: Place, features: Features): Methods {
  if (features.width !== 1) throw badFile(`${estimator.path}: expected 1 feature, got ${features.width}`);
  const thresholds = attr(estimator, 'X_thresholds_');
  const x = asFloat64(thresholds).data;
  const y = vectorOf(attr(estimator, 'y_thresholds_'), x.length);
  if (x.length === 0 || !x.every((value, i) => i === 0 || value > x[i - 1]))
    throw badFile(`${thresholds.path}: expected rising numbers`);
  const outside = asString(attr(estimator, 'out_of_bounds'));
  if (outside !== 'nan' && outside !== 'clip' && outside !== 'raise')
    throw unsupported(estimator, `out_of_bounds '${outside}'`);
  // Fitted on float32, it makes float32 of all rows and answers so.
  const float32 = isFloat32(thresholds);
  const row = g.reshape(features.matrix(), [-1]);
  const [value] = g.kernel('interpolation', {
    inputs: [float32 ? g.cast(g.cast(row, 'f32'), 'f64') : row],
    params: { outside: x.length === 1 ? 'clip' : outside },
    arrays: { x, y },
    outputs: [{ type: 'f64', shape: [-1] }],
  });
  const datatype = float32 ? 'FP32' : 'FP64';
  return {
    predict: { kind: 'value', value, datatype },
    transform: { features: new MatrixFeatures(g, value), datatype },
    missing: false,
  };
}
