import { badFile } from '../../formats/errors.js';
import { asFloat64, asInt, asNumber, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { isSince, shortName, unsupported } from './estimator.js';
import { type Importances, importancesOf } from './importances.js';

/** The columns that SelectFromModel keeps: those whose importance reaches the threshold, at most max_features of them. */
export function modelSupport(selector: Place, width: number): boolean[] {
  const estimator = optionalAttr(selector, 'estimator_') ?? attr(selector, 'estimator');
  const getter = optionalAttr(selector, 'importance_getter')?.value ?? 'auto';
  if (typeof getter !== 'string') throw unsupported(selector, 'an importance_getter of its own');
  const scores = magnitudes(selector, importancesOf(estimator, getter));
  if (scores.length !== width)
    throw badFile(`${estimator.path}: importances of ${scores.length} features, not ${width}`);
  const threshold = readThreshold(selector, estimator, scores);
  const limit = readLimit(selector) ?? width;
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
  const candidates = new Set(order.slice(0, limit));
  return Array.from(scores, (score, column) => candidates.has(column) && !(score < threshold));
}

/** One number per feature: absolute values, or the norm of a column. */
function magnitudes(selector: Place, { matrix, isVector }: Importances): Float64Array {
  const { data, rows, columns } = matrix;
  if (isVector) return data.map(Math.abs);
  const order = asNumber(attr(selector, 'norm_order'));
  return Float64Array.from({ length: columns }, (_, column) => {
    const values = Array.from({ length: rows }, (_, row) => Math.abs(data[row * columns + column]));
    if (order === Number.POSITIVE_INFINITY) return Math.max(...values);
    if (order === Number.NEGATIVE_INFINITY) return Math.min(...values);
    if (order === 0) return values.filter(value => value !== 0).length;
    if (order === 1) return values.reduce((sum, value) => sum + value, 0);
    if (order === 2) return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return values.reduce((sum, value) => sum + value ** order, 0) ** (1 / order);
  });
}

function readLimit(selector: Place): number | undefined {
  if (isNone(attr(selector, 'max_features'))) return undefined;
  return asInt(optionalAttr(selector, 'max_features_') ?? attr(selector, 'max_features'));
}

function readThreshold(selector: Place, estimator: Place, scores: Float64Array): number {
  const place = attr(selector, 'threshold');
  if (isNone(place)) return isSparse(estimator) ? 1e-5 : meanOf(scores);
  if (typeof place.value !== 'string') return asNumber(place);
  const parts = place.value.split('*').map(part => part.trim());
  const reference = parts[parts.length - 1];
  if (parts.length > 2 || (reference !== 'mean' && reference !== 'median'))
    throw unsupported(selector, `threshold '${place.value}'`);
  const scale = parts.length === 2 ? Number(parts[0]) : 1;
  return scale * (reference === 'mean' ? meanOf(scores) : medianOf(scores));
}

/** Whether the estimator drives coefficients to exactly 0, so that the threshold needs only to be above that. */
function isSparse(estimator: Place): boolean {
  const name = shortName(estimator);
  const isOne = (attribute: string): boolean => {
    const place = optionalAttr(estimator, attribute);
    return place !== undefined && !isNone(place) && asFloat64(place).data.every(value => Math.abs(value - 1) <= 1e-5);
  };
  if (optionalAttr(estimator, 'penalty')?.value === 'l1' || name.includes('Lasso')) return true;
  if (name.includes('ElasticNet')) {
    const isLeftOut = isSince(estimator, 1, 7) && name.startsWith('MultiTask');
    return isSince(estimator, 1, 1) && !isLeftOut && (isOne('l1_ratio_') || isOne('l1_ratio'));
  }
  if (!isSince(estimator, 1, 8)) return false;
  return (
    (name === 'LogisticRegression' && isOne('l1_ratio')) || (name === 'LogisticRegressionCV' && isOne('l1_ratio_'))
  );
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function medianOf(values: Float64Array): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
