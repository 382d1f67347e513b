import { ServerError } from '../../core/errors.js';
import type { StoredArray } from '../value.js';
import { BOOLEAN_METRICS, type BooleanMetricName, booleanMetric } from './boolean-metrics.js';

export type MetricName =
  | 'euclidean'
  | 'sqeuclidean'
  | 'nan_euclidean'
  | 'seuclidean'
  | 'mahalanobis'
  | 'manhattan'
  | 'chebyshev'
  | 'minkowski'
  | 'wminkowski'
  | 'canberra'
  | 'braycurtis'
  | 'cosine'
  | 'correlation'
  | 'haversine'
  | 'hamming'
  | 'chi2'
  | BooleanMetricName;

/** A distance by scikit-learn's name for it. Its constants are the arrays `weights` and `matrix` of the kernel. */
export interface MetricParams {
  readonly name: MetricName;
  /** The power of minkowski and wminkowski. */
  readonly p?: number;
}

export interface Metric {
  /**
   * Orders pairs as their distance does and is cheaper: the distance before its last step, such as the root of euclidean.
   * Compares `n` numbers of `a` from `i` on with those of `b` from `j` on.
   */
  readonly reduced: ReducedDistance;
  readonly toDistance: (reduced: number) => number;
  readonly toReduced: (distance: number) => number;
}

export type ReducedDistance = (a: Float64Array, i: number, b: Float64Array, j: number, n: number) => number;

const same = (x: number): number => x;
const squared = (x: number): number => x * x;

export function metricOf({ name, p = 2 }: MetricParams, arrays: Readonly<Record<string, StoredArray>>): Metric {
  const weights = arrays.weights as Float64Array | undefined;
  const matrix = arrays.matrix as Float64Array | undefined;
  const plain = (reduced: ReducedDistance): Metric => ({ reduced, toDistance: same, toReduced: same });
  const rooted = (reduced: ReducedDistance): Metric => ({ reduced, toDistance: Math.sqrt, toReduced: squared });
  const powered = (reduced: ReducedDistance): Metric => ({
    reduced,
    toDistance: x => x ** (1 / p),
    toReduced: x => x ** p,
  });
  switch (name) {
    case 'euclidean':
      return rooted(squares);
    case 'sqeuclidean':
      return plain(squares);
    case 'nan_euclidean':
      return rooted(knownSquares);
    case 'seuclidean':
      return rooted(scaledSquares(weights!));
    case 'mahalanobis':
      return rooted(quadraticForm(matrix!));
    case 'manhattan':
      return plain(manhattan);
    case 'chebyshev':
      return plain(chebyshev);
    case 'minkowski':
      return powered(weights === undefined ? powers(p) : weightedPowers(p, weights));
    case 'wminkowski':
      return powered(powersOfWeighted(p, weights!));
    case 'canberra':
      return plain(canberra);
    case 'braycurtis':
      return plain(brayCurtis);
    case 'cosine':
      return plain(cosine);
    case 'correlation':
      return plain(correlation);
    case 'haversine':
      return {
        reduced: haversine,
        toDistance: x => 2 * Math.asin(Math.sqrt(x)),
        toReduced: x => Math.sin(0.5 * x) ** 2,
      };
    case 'hamming':
      return plain(hamming);
    case 'chi2':
      return plain(chi2);
    default:
      return plain(booleanMetric(BOOLEAN_METRICS[name]));
  }
}

function squares(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const d = a[i + k] - b[j + k];
    sum += d * d;
  }
  return sum;
}

/** Squares of the pairs without NaN, scaled up to all n; NaN when there are none. */
function knownSquares(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  let known = 0;
  for (let k = 0; k < n; k++) {
    const d = a[i + k] - b[j + k];
    if (Number.isNaN(d)) continue;
    sum += d * d;
    known++;
  }
  return known === 0 ? Number.NaN : (sum / known) * n;
}

function scaledSquares(variances: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const d = a[i + k] - b[j + k];
      sum += (d * d) / variances[k];
    }
    return sum;
  };
}

/** (a - b)' M (a - b) */
function quadraticForm(matrix: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let row = 0; row < n; row++) {
      let product = 0;
      for (let k = 0; k < n; k++) product += matrix[row * n + k] * (a[i + k] - b[j + k]);
      sum += product * (a[i + row] - b[j + row]);
    }
    return sum;
  };
}

function manhattan(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.abs(a[i + k] - b[j + k]);
  return sum;
}

function chebyshev(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let most = 0;
  for (let k = 0; k < n; k++) most = Math.max(most, Math.abs(a[i + k] - b[j + k]));
  return most;
}

function powers(p: number): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Math.abs(a[i + k] - b[j + k]) ** p;
    return sum;
  };
}

function weightedPowers(p: number, weights: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += weights[k] * Math.abs(a[i + k] - b[j + k]) ** p;
    return sum;
  };
}

function powersOfWeighted(p: number, weights: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (weights[k] * Math.abs(a[i + k] - b[j + k])) ** p;
    return sum;
  };
}

function canberra(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const size = Math.abs(a[i + k]) + Math.abs(b[j + k]);
    if (size > 0) sum += Math.abs(a[i + k] - b[j + k]) / size;
  }
  return sum;
}

function brayCurtis(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let difference = 0;
  let size = 0;
  for (let k = 0; k < n; k++) {
    difference += Math.abs(a[i + k] - b[j + k]);
    size += Math.abs(a[i + k]) + Math.abs(b[j + k]);
  }
  return size > 0 ? difference / size : 0;
}

/** 1 - cos of the angle; rows of zeros are at distance 1 of everything. */
function cosine(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let k = 0; k < n; k++) {
    product += a[i + k] * b[j + k];
    left += a[i + k] * a[i + k];
    right += b[j + k] * b[j + k];
  }
  const size = Math.sqrt(left) * Math.sqrt(right);
  return size === 0 ? 1 : Math.min(Math.max(1 - product / size, 0), 2);
}

/** The cosine distance of rows less their means. */
function correlation(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let meanA = 0;
  let meanB = 0;
  for (let k = 0; k < n; k++) {
    meanA += a[i + k] / n;
    meanB += b[j + k] / n;
  }
  let product = 0;
  let left = 0;
  let right = 0;
  for (let k = 0; k < n; k++) {
    const x = a[i + k] - meanA;
    const y = b[j + k] - meanB;
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return 1 - product / Math.sqrt(left * right);
}

/** Of latitude and longitude in radians. */
function haversine(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const latitude = Math.sin(0.5 * (a[i] - b[j]));
  const longitude = Math.sin(0.5 * (a[i + 1] - b[j + 1]));
  return latitude * latitude + Math.cos(a[i]) * Math.cos(b[j]) * longitude * longitude;
}

function hamming(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let unequal = 0;
  for (let k = 0; k < n; k++) if (a[i + k] !== b[j + k]) unequal++;
  return unequal / n;
}

/** The sum of (a - b)^2 / (a + b): for histograms, whose numbers are not negative. */
function chi2(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    if (a[i + k] < 0) {
      throw new ServerError('INVALID_ARGUMENT', `column ${k}: expected a number that is not negative, got ${a[i + k]}`);
    }
    const size = a[i + k] + b[j + k];
    if (size !== 0) sum += (a[i + k] - b[j + k]) ** 2 / size;
  }
  return sum;
}
