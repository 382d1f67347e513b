import { badFile } from '../../formats/errors.js';
import { asNumber, isNone, optionalEntry, type Place } from '../../formats/pickle/access.js';
import type { MetricName, MetricParams } from '../../kernels/neighbors/metric.js';
import { inverse } from '../linear-algebra.js';
import { matrixOf, vectorOf } from './dense.js';
import { unsupported } from './estimator.js';

/** A distance with its constants, as kernels take it. */
export interface FittedMetric {
  readonly params: MetricParams;
  readonly arrays: Readonly<Record<string, Float64Array>>;
}

const SYNONYMS = new Map<string, MetricName>([
  ['l2', 'euclidean'],
  ['l1', 'manhattan'],
  ['cityblock', 'manhattan'],
  ['infinity', 'chebyshev'],
  ['p', 'minkowski'],
]);

const WITHOUT_CONSTANTS: ReadonlySet<string> = new Set<MetricName>([
  'euclidean',
  'sqeuclidean',
  'nan_euclidean',
  'manhattan',
  'chebyshev',
  'canberra',
  'braycurtis',
  'cosine',
  'correlation',
  'hamming',
  'jaccard',
  'matching',
  'dice',
  'kulsinski',
  'rogerstanimoto',
  'russellrao',
  'sokalmichener',
  'sokalsneath',
  'yule',
]);

export function plainMetric(name: MetricName): FittedMetric {
  return { params: { name }, arrays: {} };
}

/** A metric by name with its keyword parameters (a dict, or nothing), between rows of `columns` numbers. */
export function readMetric(estimator: Place, name: Place, keywords: Place | undefined, columns: number): FittedMetric {
  if (typeof name.value !== 'string') throw unsupported(estimator, 'a metric of its own');
  const metric = SYNONYMS.get(name.value) ?? name.value;
  const keyword = (key: string): Place | undefined => {
    const value = keywords && !isNone(keywords) ? optionalEntry(keywords, key) : undefined;
    return value && !isNone(value) ? value : undefined;
  };
  if (WITHOUT_CONSTANTS.has(metric)) return plainMetric(metric as MetricName);
  switch (metric) {
    case 'minkowski':
    case 'wminkowski':
      return minkowski(estimator, metric, keyword('p'), keyword('w'), columns);
    case 'seuclidean': {
      const variances = keyword('V');
      if (variances === undefined) throw unsupported(estimator, `metric '${metric}' without V`);
      return { params: { name: metric }, arrays: { weights: vectorOf(variances, columns) } };
    }
    case 'mahalanobis':
      return mahalanobis(estimator, keyword('VI'), keyword('V'), columns);
    case 'haversine':
      if (columns !== 2) throw badFile(`${name.path}: haversine is between rows of 2 columns, got ${columns}`);
      return plainMetric(metric);
    default:
      throw unsupported(estimator, `metric '${metric}'`);
  }
}

function minkowski(
  estimator: Place,
  name: 'minkowski' | 'wminkowski',
  power: Place | undefined,
  weights: Place | undefined,
  columns: number,
): FittedMetric {
  const p = power === undefined ? 2 : asNumber(power);
  if (!(p > 0)) throw badFile(`${power?.path}: expected a positive number, got ${p}`);
  if (weights !== undefined) {
    if (p === Number.POSITIVE_INFINITY) throw unsupported(estimator, `metric '${name}' with weights and infinite p`);
    return { params: { name, p }, arrays: { weights: vectorOf(weights, columns) } };
  }
  if (p === 1) return plainMetric('manhattan');
  if (p === 2) return plainMetric('euclidean');
  if (p === Number.POSITIVE_INFINITY) return plainMetric('chebyshev');
  return { params: { name: 'minkowski', p }, arrays: {} };
}

/** VI is the inverse of the covariance V. */
function mahalanobis(
  estimator: Place,
  inverted: Place | undefined,
  covariance: Place | undefined,
  columns: number,
): FittedMetric {
  if (inverted !== undefined) {
    const matrix = matrixOf(inverted, columns, columns).data;
    return { params: { name: 'mahalanobis' }, arrays: { matrix } };
  }
  if (covariance === undefined) throw unsupported(estimator, "metric 'mahalanobis' without V and VI");
  const matrix = inverse(matrixOf(covariance, columns, columns).data, columns);
  if (matrix === undefined) throw badFile(`${covariance.path}: expected a matrix that has an inverse`);
  return { params: { name: 'mahalanobis' }, arrays: { matrix } };
}
