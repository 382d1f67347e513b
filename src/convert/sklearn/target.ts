import { asInt, attr, item, items, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { distributionInverses } from './distribution.js';
import { type Conversion, type EstimatorConverter, shortName, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { invertFunctionTransformer } from './function-transformer.js';
import type { Methods } from './methods.js';
import { scalingInverses } from './scaling.js';

export const targetConverters: Record<string, EstimatorConverter> = {
  TransformedTargetRegressor: convertTransformedTarget,
};

type Inverse = (g: GraphBuilder, transformer: Place, y: Ref) => Ref;

const inverses: ReadonlyMap<string, Inverse> = new Map(
  Object.entries({
    ...scalingInverses,
    ...distributionInverses,
    FunctionTransformer: invertFunctionTransformer,
    Pipeline: (g: GraphBuilder, pipeline: Place, y: Ref) =>
      items(attr(pipeline, 'steps')).reduceRight((value, step) => inverse(g, item(step, 1), value), y),
  }),
);

/** A regressor of a transformed target: its answers are transformed back. */
function convertTransformedTarget(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const regressor = attr(estimator, 'regressor_');
  const { predict, missing, infinite } = conversion.convert(regressor, features);
  if (predict?.kind !== 'value') throw unsupported(estimator, `a ${shortName(regressor)} as regressor`);
  const { value, datatype } = predict;
  const targets = inverse(
    g,
    attr(estimator, 'transformer_'),
    value.shape.length === 1 ? g.reshape(value, [-1, 1]) : value,
  );
  const flat = asInt(attr(estimator, '_training_dim')) === 1 && targets.shape[1] === 1;
  return { predict: { kind: 'value', value: flat ? g.pick(targets, 0) : targets, datatype }, missing, infinite };
}

function inverse(g: GraphBuilder, transformer: Place, y: Ref): Ref {
  if (transformer.value === 'passthrough' || transformer.value === null) return y;
  const invert = inverses.get(shortName(transformer));
  if (invert === undefined) throw unsupported(transformer, 'the way back to the target');
  return invert(g, transformer, y);
}
