import { badFile } from '../../formats/errors.js';
import { asBool, asNumber, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import { product as multiply, solve } from '../linear-algebra.js';
import { floatOf, rounded } from './datatypes.js';
import { isFloat32, type Matrix, matrixOf, transposed, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince } from './estimator.js';
import type { Features } from './features.js';
import { fittedColumns } from './fitted-columns.js';
import type { Methods } from './methods.js';

/** Decompositions whose answer is linear in the row. */
export const decompositionConverters: Record<string, EstimatorConverter> = {
  PCA: convertPca,
  IncrementalPCA: convertPca,
  TruncatedSVD: convertComponents,
  NeighborhoodComponentsAnalysis: convertComponents,
  FactorAnalysis: convertFactors,
  FastICA: convertIca,
  SparsePCA: convertSparsePca,
  MiniBatchSparsePCA: convertSparsePca,
};

/** (x - centre) @ weights, rounded for FP32 rows when the estimator was fitted on float32 rows. */
function projected(
  g: GraphBuilder,
  features: Features,
  weights: Matrix,
  centre: Float64Array | undefined,
  fitted: Place,
): Methods {
  const bias =
    centre === undefined
      ? new Float64Array(weights.columns)
      : multiply(centre, weights.data, 1, weights.rows, weights.columns).map(value => -value);
  const values = features.product(weights, bias);
  return { transform: fittedColumns(g, values, fitted, features), missing: false };
}

function readComponents(estimator: Place, features: Features): { place: Place; components: Matrix } {
  const place = attr(estimator, 'components_');
  return { place, components: matrixOf(place, undefined, features.width) };
}

function convertPca({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { place, components } = readComponents(estimator, features);
  const mean = attr(estimator, 'mean_');
  const weights = transposed(components);
  const scales = asBool(attr(estimator, 'whiten')) ? whitening(estimator, components.rows) : undefined;
  const scaled = scales && weights.data.map((value, i) => value / scales[i % scales.length]);
  const centre = isNone(mean) ? undefined : vectorOf(mean, features.width);
  return projected(g, features, { ...weights, data: scaled ?? weights.data }, centre, place);
}

/** Deviations along the components; since 1.5 those near 0 are held above the precision of their type. */
function whitening(estimator: Place, components: number): Float64Array {
  const place = attr(estimator, 'explained_variance_');
  const least = isSince(estimator, 1, 5) ? (isFloat32(place) ? 2 ** -23 : 2 ** -52) : 0;
  return vectorOf(place, components).map(variance => Math.max(Math.sqrt(variance), least));
}

function convertComponents({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { place, components } = readComponents(estimator, features);
  return projected(g, features, transposed(components), undefined, place);
}

/** The posterior mean of the factors: with W = components / noise, x W' (I + W components')^-1. */
function convertFactors({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { place, components } = readComponents(estimator, features);
  const noise = vectorOf(attr(estimator, 'noise_variance_'), features.width);
  const weighted = { ...components, data: components.data.map((value, i) => value / noise[i % noise.length]) };
  const weights = regression(weighted, components, 1);
  return projected(g, features, invertible(place, weights), vectorOf(attr(estimator, 'mean_'), features.width), place);
}

/** The ridge regression of a row on the components: x C' (C C' + alpha I)^-1. */
function convertSparsePca({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { place, components } = readComponents(estimator, features);
  const weights = regression(components, components, asNumber(attr(estimator, 'ridge_alpha')));
  return projected(g, features, invertible(place, weights), vectorOf(attr(estimator, 'mean_'), features.width), place);
}

/** a' (a b' + diagonal I)^-1 for a and b [n, features], a b' symmetric; undefined when there is no inverse. */
function regression(a: Matrix, b: Matrix, diagonal: number): Matrix | undefined {
  const n = a.rows;
  const gram = multiply(a.data, transposed(b).data, n, a.columns, n);
  for (let i = 0; i < n; i++) gram[i * n + i] += diagonal;
  const solved = solve(gram, a.data, n);
  return solved && transposed({ data: solved, rows: n, columns: a.columns });
}

function invertible(place: Place, weights: Matrix | undefined): Matrix {
  if (weights === undefined) throw badFile(`${place.path}: these components cannot be told apart`);
  return weights;
}

function convertIca({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { place, components } = readComponents(estimator, features);
  const weights = transposed(components);
  const mean = optionalAttr(estimator, 'mean_');
  if (mean === undefined || isNone(mean)) return projected(g, features, weights, undefined, place);
  const centre = vectorOf(mean, features.width);
  // float32 rows are centred in place, and so rounded before the product.
  const centred = rounded(g, g.sub(features.matrix(), g.constant(centre)), floatOf(features.datatype));
  const values = g.matmul(centred, g.matrix(weights.data, weights.rows, weights.columns));
  return { transform: fittedColumns(g, values, place, features), missing: false };
}
