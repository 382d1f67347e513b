import { asBool, attr, isNone, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';
import { applyFunction } from './numpy-functions.js';

export const functionTransformerConverters: Record<string, EstimatorConverter> = {
  FunctionTransformer: convertFunctionTransformer,
};

/** A function of every number. Without one - the identity - columns stay what they are, text included. */
function convertFunctionTransformer({ g }: Conversion, estimator: Place, features: Features): Methods {
  const validates = asBool(attr(estimator, 'validate'));
  const func = attr(estimator, 'func');
  const takes = { missing: !validates, infinite: !validates };
  if (isNone(func)) return { transform: { features, datatype: features.datatype }, ...takes };
  const numbers = { value: features.matrix(), datatype: features.datatype };
  const { value, datatype } = applyFunction(g, estimator, func, attr(estimator, 'kw_args'), numbers);
  const made = new MatrixFeatures(g, value, features.names, datatype, features.missingFrom);
  return { transform: { features: made, datatype }, ...takes };
}

/** The way back, for transformed targets. */
export function invertFunctionTransformer(g: GraphBuilder, estimator: Place, y: Ref): Ref {
  const func = attr(estimator, 'inverse_func');
  const numbers = { value: y, datatype: 'FP64' } as const;
  return applyFunction(g, estimator, func, attr(estimator, 'inv_kw_args'), numbers).value;
}
