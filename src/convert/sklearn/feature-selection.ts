import { badFile } from '../../formats/errors.js';
import { asInt, asNumber, asString, attr, isNone, type Place } from '../../formats/pickle/access.js';
import { isFloat32, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Methods, Transformed } from './methods.js';
import { takesMissing } from './missing-values.js';
import { modelSupport } from './model-support.js';

/** Transformers that leave out columns. What stays keeps its type. */
export const featureSelectionConverters: Record<string, EstimatorConverter> = {
  VarianceThreshold: (_, estimator, features) => {
    const threshold = asNumber(attr(estimator, 'threshold'));
    const variances = vectorOf(attr(estimator, 'variances_'), features.width);
    const support = Array.from(variances, variance => variance > threshold);
    return { transform: selected(estimator, features, support), missing: true };
  },
  SelectKBest: univariate('k_best', 'k'),
  SelectPercentile: univariate('percentile', 'percentile'),
  SelectFpr: univariate('fpr', 'alpha'),
  SelectFdr: univariate('fdr', 'alpha'),
  SelectFwe: univariate('fwe', 'alpha'),
  GenericUnivariateSelect: (conversion, estimator, features) => {
    const mode = asString(attr(estimator, 'mode'));
    return univariate(mode, 'param')(conversion, estimator, features);
  },
  SelectFromModel: (_, estimator, features) => ({
    transform: selected(estimator, features, modelSupport(estimator, features.width)),
    missing: takesMissing(attr(estimator, 'estimator')),
  }),
  SequentialFeatureSelector: (_, estimator, features) => ({
    transform: selected(estimator, features, storedSupport(estimator, features)),
    missing: takesMissing(attr(estimator, 'estimator')),
  }),
  RFE: convertElimination,
  RFECV: convertElimination,
};

function selected(estimator: Place, features: Features, support: readonly boolean[]): Transformed {
  const positions = [...support.keys()].filter(column => support[column]);
  if (positions.length === 0) throw unsupported(estimator, 'no column selected');
  return { features: features.select(positions), datatype: features.datatype };
}

function storedSupport(estimator: Place, features: Features): boolean[] {
  return Array.from(vectorOf(attr(estimator, 'support_'), features.width), value => value !== 0);
}

/** Selects, and answers what the estimator fitted on the selected columns answers. */
function convertElimination(conversion: Conversion, estimator: Place, features: Features): Methods {
  const transform = selected(estimator, features, storedSupport(estimator, features));
  return { ...conversion.convert(attr(estimator, 'estimator_'), transform.features), transform };
}

function univariate(mode: string, parameter: string): EstimatorConverter {
  return (_, estimator, features) => {
    const support = univariateSupport(estimator, mode, attr(estimator, parameter), features.width);
    return { transform: selected(estimator, features, support), missing: false };
  };
}

function univariateSupport(estimator: Place, mode: string, parameter: Place, width: number): boolean[] {
  if (mode === 'k_best' || mode === 'percentile') {
    const place = attr(estimator, 'scores_');
    // Columns without a score come last.
    const least = isFloat32(place) ? -3.4028234663852886e38 : -Number.MAX_VALUE;
    const scores = vectorOf(place, width).map(score => (Number.isNaN(score) ? least : score));
    if (mode === 'percentile') return bestPercentile(scores, asNumber(parameter));
    return parameter.value === 'all' ? Array(width).fill(true) : best(scores, asInt(parameter));
  }
  const place = attr(estimator, 'pvalues_');
  if (isNone(place)) throw badFile(`${place.path}: expected p-values`);
  const values = vectorOf(place, width);
  const alpha = asNumber(parameter);
  if (mode === 'fpr') return Array.from(values, value => value < alpha);
  if (mode === 'fwe') return Array.from(values, value => value < alpha / width);
  if (mode === 'fdr') return fewFalse(values, alpha);
  throw unsupported(estimator, `mode '${mode}'`);
}

/** The k largest; of equal ones those further back. */
function best(scores: Float64Array, k: number): boolean[] {
  const order = [...scores.keys()].sort((a, b) => scores[a] - scores[b] || a - b);
  const chosen = new Set(k === 0 ? [] : order.slice(-k));
  return Array.from(scores, (_, column) => chosen.has(column));
}

/** Those above the percentile, and of those on it the first as long as there is room. */
function bestPercentile(scores: Float64Array, percentile: number): boolean[] {
  if (percentile === 100 || percentile === 0) return Array(scores.length).fill(percentile === 100);
  const threshold = percentileOf(scores, 100 - percentile);
  const support = Array.from(scores, score => score > threshold);
  let room = Math.trunc((scores.length * percentile) / 100) - support.filter(Boolean).length;
  scores.forEach((score, column) => {
    if (score === threshold && room-- > 0) support[column] = true;
  });
  return support;
}

/** numpy.percentile: between two values of the sorted list in proportion. */
function percentileOf(values: Float64Array, percentile: number): number {
  const sorted = values.slice().sort();
  const at = (percentile / 100) * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  const share = at - low;
  const step = sorted[high] - sorted[low];
  return share >= 0.5 ? sorted[high] - step * (1 - share) : sorted[low] + step * share;
}

/** Benjamini and Hochberg: all up to the largest value that lies under the line from 0 to alpha. */
function fewFalse(values: Float64Array, alpha: number): boolean[] {
  const n = values.length;
  const sorted = values.slice().sort();
  const under = sorted.filter((value, i) => value <= (alpha / n) * (i + 1));
  if (under.length === 0) return Array(n).fill(false);
  const largest = under[under.length - 1];
  return Array.from(values, value => value <= largest);
}
