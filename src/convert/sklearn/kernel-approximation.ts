import { badFile } from '../../formats/errors.js';
import { asInt, asNumber, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { floatOf, rounded } from './datatypes.js';
import { matrixOf, transposed, vectorOf } from './dense.js';
import { remade } from './elementwise-features.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { fittedColumns } from './fitted-columns.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';

/** Transformers whose dot products come near to a kernel, and random projections, which keep distances. */
export const kernelApproximationConverters: Record<string, EstimatorConverter> = {
  RBFSampler: convertRbfSampler,
  SkewedChi2Sampler: convertSkewedChi2,
  AdditiveChi2Sampler: convertAdditiveChi2,
  GaussianRandomProjection: convertProjection,
  SparseRandomProjection: convertProjection,
};

function convertProjection({ g }: Conversion, estimator: Place, features: Features): Methods {
  const place = attr(estimator, 'components_');
  const values = features.product(transposed(matrixOf(place, undefined, features.width)));
  return { transform: fittedColumns(g, values, place, features), missing: false };
}

function convertRbfSampler({ g }: Conversion, estimator: Place, features: Features): Methods {
  return cosines(g, estimator, features);
}

function convertSkewedChi2({ g }: Conversion, estimator: Place, features: Features): Methods {
  const skewedness = asNumber(attr(estimator, 'skewedness'));
  const x = required(g, features.matrix(), -skewedness, true);
  const datatype = floatOf(features.datatype);
  const logs = rounded(g, g.log(rounded(g, g.add(x, skewedness), datatype)), datatype);
  return cosines(g, estimator, new MatrixFeatures(g, logs, undefined, datatype));
}

/** sqrt(2 / n) * cos(x @ weights + offsets) */
function cosines(g: GraphBuilder, estimator: Place, features: Features): Methods {
  const place = attr(estimator, 'random_weights_');
  const weights = matrixOf(place, features.width, asInt(attr(estimator, 'n_components')));
  const offsets = vectorOf(attr(estimator, 'random_offset_'), weights.columns);
  const waves = g.cos(features.product(weights, offsets));
  const values = g.mul(waves, Math.sqrt(2 / weights.columns));
  return { transform: fittedColumns(g, values, place, features), missing: false };
}

/** A step between the samples of the kernel's spectrum, where the estimator does not say. */
const INTERVALS = new Map([
  [1, 0.8],
  [2, 0.5],
  [3, 0.4],
]);

function convertAdditiveChi2({ g }: Conversion, estimator: Place, features: Features): Methods {
  const steps = asInt(attr(estimator, 'sample_steps'));
  const given = optionalAttr(estimator, 'sample_interval');
  const interval = given === undefined || isNone(given) ? INTERVALS.get(steps) : asNumber(given);
  if (interval === undefined || steps < 1)
    throw badFile(`${estimator.path}.sample_steps: expected 1 to 3, got ${steps}`);
  const x = required(g, features.matrix(), 0, false);
  const isZero = g.equal(x, 0);
  const nonZero = (value: Ref) => g.where(isZero, 0, value);
  const logs = g.mul(g.log(g.where(isZero, 1, x)), interval);
  const parts = [g.sqrt(g.mul(x, interval))];
  const names = namesOf(features).map(name => `additivechi2sampler_${name}_sqrt`);
  for (let step = 1; step < steps; step++) {
    const size = g.sqrt(g.mul(x, (2 * interval) / Math.cosh(Math.PI * step * interval)));
    const angle = g.mul(logs, step);
    parts.push(nonZero(g.mul(size, g.cos(angle))), nonZero(g.mul(size, g.sin(angle))));
    for (const wave of ['cos', 'sin'])
      names.push(...namesOf(features).map(name => `additivechi2sampler_${name}_${wave}${step}`));
  }
  return { transform: remade(g, features, names, g.concat(parts)), missing: false };
}

function required(g: GraphBuilder, x: Ref, least: number, above: boolean): Ref {
  return g.kernel('require', { inputs: [x], params: { least, above }, outputs: [x] })[0];
}
