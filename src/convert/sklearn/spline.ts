import { badFile } from '../../formats/errors.js';
import { asBool, asFloat64, asInt, asString, attr, items, type Place } from '../../formats/pickle/access.js';
import type { Extrapolation } from '../../kernels/splines.js';
import { tablesOf } from './categories.js';
import { remade } from './elementwise-features.js';
import { type Conversion, type EstimatorConverter, firstAttr, textParameter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';

export const splineConverters: Record<string, EstimatorConverter> = { SplineTransformer: convertSpline };

const EXTRAPOLATIONS: readonly string[] = ['error', 'constant', 'linear', 'continue', 'periodic'];

/** Every feature becomes the values of its B-splines. */
function convertSpline({ g }: Conversion, transformer: Place, features: Features): Methods {
  const degree = asInt(attr(transformer, 'degree'));
  const extrapolation = asString(attr(transformer, 'extrapolation'));
  if (!EXTRAPOLATIONS.includes(extrapolation)) throw unsupported(transformer, `extrapolation '${extrapolation}'`);
  const place = attr(transformer, 'bsplines_');
  // scipy 1.16 made the knots a property.
  const knots = items(place).map(spline => asFloat64(firstAttr(spline, '_t', 't')).data);
  const count = knots[0]?.length ?? 0;
  const splines = count - degree - 1 - (extrapolation === 'periodic' ? degree : 0);
  if (knots.length !== features.width || degree < 0 || splines < 1 || knots.some(own => own.length !== count))
    throw badFile(`${place.path}: expected splines of degree ${degree} for ${features.width} features`);
  const kept = asBool(attr(transformer, 'include_bias')) ? splines : splines - 1;
  const [values] = g.kernel('splines', {
    inputs: [features.matrix()],
    params: { degree, extrapolation: extrapolation as Extrapolation, features: knots.length, kept },
    arrays: { knots: tablesOf(knots, Float64Array).values },
    outputs: [{ type: 'f64', shape: [-1, knots.length * kept] }],
  });
  const names = namesOf(features).flatMap(name => Array.from({ length: kept }, (_, i) => `${name}_sp_${i}`));
  const missing = textParameter(transformer, 'handle_missing', 'error') === 'zeros';
  return { transform: remade(g, features, names, values), missing };
}
