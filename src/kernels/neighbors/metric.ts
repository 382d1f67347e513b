import type { StoredArray } from '../value.js';
import { BOOLEAN_METRICS, type BooleanMetricName, booleanMetric } from './boolean-metrics.js';
import {
  brayCurtis,
  canberra,
  chebyshev,
  chi2,
  correlation,
  cosine,
  hamming,
  haversine,
  knownSquares,
  manhattan,
  powers,
  powersOfWeighted,
  quadraticForm,
  type ReducedDistance,
  scaledSquares,
  squares,
  weightedPowers,
} from './reduced-distances.js';

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
  /** Orders pairs as their distance does and is cheaper: the distance before its last step, such as the root of euclidean. */
  readonly reduced: ReducedDistance;
  readonly toDistance: (reduced: number) => number;
  readonly toReduced: (distance: number) => number;
}

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
