import { badFile } from '../../formats/errors.js';
import { asBool, asString, attr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { matrixOf, transposed, vectorOf } from './dense.js';
import { mapped } from './elementwise-features.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';
import { scalingConverters, scalingInverses } from './scaling.js';
import { SparseFeatures } from './sparse-features.js';

/** Transformers that give columns another distribution. */
export const distributionConverters: Record<string, EstimatorConverter> = {
  PowerTransformer: convertPowerTransformer,
  QuantileTransformer: convertQuantileTransformer,
};

function convertPowerTransformer(conversion: Conversion, transformer: Place, features: Features): Methods {
  const { g } = conversion;
  const transform = mapped(g, features, (x, round) => round(powered(g, transformer, x, false)));
  if (!asBool(attr(transformer, 'standardize'))) return { transform, missing: true };
  return scalingConverters.StandardScaler(conversion, attr(transformer, '_scaler'), transform.features);
}

function powered(g: GraphBuilder, transformer: Place, x: Ref, inverse: boolean): Ref {
  const method = asString(attr(transformer, 'method'));
  if (method !== 'yeo-johnson' && method !== 'box-cox') throw unsupported(transformer, `method '${method}'`);
  const lambdas = vectorOf(attr(transformer, 'lambdas_'), x.shape[1]);
  return g.kernel('power', { inputs: [x], params: { method, inverse }, arrays: { lambdas }, outputs: [x] })[0];
}

function convertQuantileTransformer({ g }: Conversion, transformer: Place, features: Features): Methods {
  if (features instanceof SparseFeatures) throw unsupported(transformer, 'sparse input');
  const transform = mapped(g, features, (x, round, datatype) => {
    const precise = () => quantiles(g, transformer, x, false, false);
    const single = () => round(quantiles(g, transformer, x, true, false));
    if (datatype === 'float') return g.choose(single(), precise());
    return datatype === 'FP32' ? single() : precise();
  });
  return { transform, missing: true };
}

function quantiles(g: GraphBuilder, transformer: Place, x: Ref, single: boolean, inverse: boolean): Ref {
  const distribution = asString(attr(transformer, 'output_distribution'));
  if (distribution !== 'uniform' && distribution !== 'normal')
    throw unsupported(transformer, `output_distribution '${distribution}'`);
  const columns = x.shape[1];
  const stored = attr(transformer, 'quantiles_');
  const table = matrixOf(stored, undefined, columns);
  if (table.rows === 0) throw badFile(`${stored.path}: expected at least one row`);
  const [values] = g.kernel('quantile', {
    inputs: [x],
    // scikit-learn before 1.4 runs on numpy 1, which compares float32 numbers to float64 ones in float32.
    params: { columns, normal: distribution === 'normal', single, singleEdges: !isSince(transformer, 1, 4), inverse },
    arrays: {
      quantiles: transposed(table).data,
      references: vectorOf(attr(transformer, 'references_'), table.rows),
    },
    outputs: [x],
  });
  return values;
}

/** The way back from [rows, targets], for transformed targets. */
export const distributionInverses: Record<string, (g: GraphBuilder, transformer: Place, y: Ref) => Ref> = {
  PowerTransformer: (g, transformer, y) => {
    const standardised = asBool(attr(transformer, 'standardize'));
    const spread = standardised ? scalingInverses.StandardScaler(g, attr(transformer, '_scaler'), y) : y;
    return powered(g, transformer, spread, true);
  },
  QuantileTransformer: (g, transformer, y) => quantiles(g, transformer, y, false, true),
};
