import {
  asBool,
  asNumber,
  asString,
  attr,
  isNone,
  item,
  optionalAttr,
  type Place,
} from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { floatOf } from './datatypes.js';
import { vectorOf } from './dense.js';
import { constantLike, mapped } from './elementwise-features.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';
import { numberedNames } from './names.js';
import { SparseFeatures } from './sparse-features.js';

export const scalingConverters: Record<string, EstimatorConverter> = {
  StandardScaler: convertStandardScaler,
  MinMaxScaler: convertMinMaxScaler,
  MaxAbsScaler: convertMaxAbsScaler,
  RobustScaler: convertRobustScaler,
  Normalizer: convertNormalizer,
  Binarizer: convertBinarizer,
  KernelCenterer: convertKernelCenterer,
};

/** dense norms below this count as 0, which numpy divides by 1: ten times the spacing of 1. */
const TINY = { double: 10 * Number.EPSILON, single: 10 * 2 ** -23 };

/** An array per feature, or undefined where a scaler leaves that step out. */
function optionalVector(scaler: Place, name: string, width: number, used: boolean): Float64Array | undefined {
  const place = optionalAttr(scaler, name);
  if (!used || place === undefined || isNone(place)) return undefined;
  return vectorOf(place, width);
}

function flag(scaler: Place, name: string): boolean {
  return asBool(attr(scaler, name));
}

function convertStandardScaler({ g }: Conversion, scaler: Place, features: Features): Methods {
  const mean = optionalVector(scaler, 'mean_', features.width, flag(scaler, 'with_mean'));
  const scale = optionalVector(scaler, 'scale_', features.width, flag(scaler, 'with_std'));
  // Since 1.8 the parameters are rounded to the rows' precision before they are used.
  return centred(g, features, mean, scale, isSince(scaler, 1, 8));
}

function convertRobustScaler({ g }: Conversion, scaler: Place, features: Features): Methods {
  const centre = optionalVector(scaler, 'center_', features.width, flag(scaler, 'with_centering'));
  const scale = optionalVector(scaler, 'scale_', features.width, flag(scaler, 'with_scaling'));
  return centred(g, features, centre, scale, false);
}

/** (x - centre) / scale, each step where its array is there. */
function centred(
  g: GraphBuilder,
  features: Features,
  centre: Float64Array | undefined,
  scale: Float64Array | undefined,
  singleParameters: boolean,
): Methods {
  if (features instanceof SparseFeatures && centre === undefined) return scaledSparse(features, scale);
  const transform = mapped(g, features, (x, round, datatype) => {
    const parameter = (numbers: Float64Array) =>
      singleParameters ? constantLike(g, numbers, datatype) : g.constant(numbers);
    const moved = centre === undefined ? x : round(g.sub(x, parameter(centre)));
    return scale === undefined ? moved : round(g.div(moved, parameter(scale)));
  });
  return { transform, missing: true };
}

function scaledSparse(features: SparseFeatures, scale: Float64Array | undefined): Methods {
  const datatype = floatOf(features.datatype);
  const factors = scale?.map(value => 1 / value);
  return { transform: { features: features.weighted({ factors }, datatype), datatype }, missing: true };
}

function convertMinMaxScaler({ g }: Conversion, scaler: Place, features: Features): Methods {
  const scale = vectorOf(attr(scaler, 'scale_'), features.width);
  const min = vectorOf(attr(scaler, 'min_'), features.width);
  const clips = optionalAttr(scaler, 'clip')?.value === true;
  const transform = mapped(g, features, (x, round) => {
    const scaled = round(g.add(round(g.mul(x, g.constant(scale))), g.constant(min)));
    if (!clips) return scaled;
    const [low, high] = [0, 1].map(i => asNumber(item(attr(scaler, 'feature_range'), i)));
    return round(clipped(g, scaled, low, high));
  });
  return { transform, missing: true };
}

function convertMaxAbsScaler({ g }: Conversion, scaler: Place, features: Features): Methods {
  const scale = vectorOf(attr(scaler, 'scale_'), features.width);
  const clips = optionalAttr(scaler, 'clip')?.value === true;
  if (features instanceof SparseFeatures && !clips) return scaledSparse(features, scale);
  const transform = mapped(g, features, (x, round) => {
    const scaled = round(g.div(x, g.constant(scale)));
    return clips ? clipped(g, scaled, -1, 1) : scaled;
  });
  return { transform, missing: true };
}

/** numpy's clip, which lets NaN through. */
function clipped(g: GraphBuilder, x: Ref, low: number, high: number): Ref {
  const above = g.where(g.less(x, low), low, x);
  return g.where(g.greater(above, high), high, above);
}

function convertNormalizer({ g }: Conversion, normalizer: Place, features: Features): Methods {
  const norm = asString(attr(normalizer, 'norm'));
  if (norm !== 'l1' && norm !== 'l2' && norm !== 'max') throw unsupported(normalizer, `norm '${norm}'`);
  if (features instanceof SparseFeatures) {
    const datatype = floatOf(features.datatype);
    return { transform: { features: features.weighted({ norm }, datatype), datatype }, missing: false };
  }
  const transform = mapped(g, features, (x, round, datatype) => {
    const size = round(rowNorm(g, x, norm));
    const tiny = constantLike(g, Float64Array.of(TINY.double), 'FP64');
    const single = g.constant(Float64Array.of(TINY.single));
    const limit = datatype === 'FP64' ? tiny : datatype === 'FP32' ? single : g.choose(single, tiny);
    return round(g.div(x, g.where(g.less(size, limit), 1, size)));
  });
  return { transform, missing: false };
}

function rowNorm(g: GraphBuilder, x: Ref, norm: 'l1' | 'l2' | 'max'): Ref {
  if (norm === 'l2') return g.sqrt(g.sum(g.square(x), 1, true));
  return norm === 'l1' ? g.sum(g.abs(x), 1, true) : g.max(g.abs(x), 1, true);
}

function convertBinarizer({ g }: Conversion, binarizer: Place, features: Features): Methods {
  const threshold = asNumber(attr(binarizer, 'threshold'));
  return { transform: { features: binarized(g, features, threshold), datatype: features.datatype }, missing: false };
}

/** 1 where a value is above the threshold, else 0, of the values' own datatype. */
export function binarized(g: GraphBuilder, features: Features, threshold: number): Features {
  const { datatype } = features;
  if (features instanceof SparseFeatures && threshold >= 0) return features.weighted({ above: threshold }, datatype);
  const limit = constantLike(g, Float64Array.of(threshold), datatype);
  const ones = g.cast(g.greater(features.matrix(), limit), 'f64');
  return new MatrixFeatures(g, ones, features.names, datatype);
}

/** Centres a kernel matrix [rows, fitted rows] as if its features had been centred. */
function convertKernelCenterer({ g }: Conversion, centerer: Place, features: Features): Methods {
  const rows = vectorOf(attr(centerer, 'K_fit_rows_'), features.width);
  const all = asNumber(attr(centerer, 'K_fit_all_'));
  const { features: made, datatype } = mapped(g, features, (kernel, round) => {
    const means = round(g.div(g.sum(kernel, 1, true), rows.length));
    return round(g.add(round(g.sub(round(g.sub(kernel, g.constant(rows))), means)), all));
  });
  const names = numberedNames('KernelCenterer', features.width);
  return {
    transform: { features: new MatrixFeatures(g, made.matrix(), names, datatype), datatype },
    missing: false,
  };
}

type Inverse = (g: GraphBuilder, scaler: Place, y: Ref) => Ref;

/** The way back from [rows, targets], for transformed targets. */
export const scalingInverses: Record<string, Inverse> = {
  StandardScaler: (g, scaler, y) => uncentred(g, scaler, y, 'with_mean', 'mean_', 'with_std'),
  RobustScaler: (g, scaler, y) => uncentred(g, scaler, y, 'with_centering', 'center_', 'with_scaling'),
  MaxAbsScaler: (g, scaler, y) => g.mul(y, g.constant(vectorOf(attr(scaler, 'scale_'), y.shape[1]))),
  MinMaxScaler: (g, scaler, y) => {
    const [min, scale] = ['min_', 'scale_'].map(name => g.constant(vectorOf(attr(scaler, name), y.shape[1])));
    return g.div(g.sub(y, min), scale);
  },
};

function uncentred(g: GraphBuilder, scaler: Place, y: Ref, centres: string, centre: string, scales: string): Ref {
  const scale = optionalVector(scaler, 'scale_', y.shape[1], flag(scaler, scales));
  const move = optionalVector(scaler, centre, y.shape[1], flag(scaler, centres));
  const scaled = scale === undefined ? y : g.mul(y, g.constant(scale));
  return move === undefined ? scaled : g.add(scaled, g.constant(move));
}
