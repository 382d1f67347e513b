import { badFile } from '../../formats/errors.js';
import {
  asNumber,
  attr,
  globalName,
  isNone,
  optionalAttr,
  optionalEntry,
  type Place,
} from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, firstAttr, textParameter } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, numericLabels } from './labels.js';
import { lacks, type Member, memberLabels, secondShare } from './members.js';
import type { Methods } from './methods.js';
import { above, columnRange, renumbered } from './steps.js';

/** Classifiers of two classes whose `predict` is decided by a threshold other than their own. */
export const thresholdClassifierConverters: Record<string, EstimatorConverter> = {
  FixedThresholdClassifier: (conversion, estimator, features) => {
    const threshold = attr(estimator, 'threshold');
    return convert(conversion, estimator, features, {
      limit: threshold.value === 'auto' ? undefined : asNumber(threshold),
      positive: optionalAttr(estimator, 'pos_label'),
    });
  },
  TunedThresholdClassifierCV: (conversion, estimator, features) =>
    convert(conversion, estimator, features, {
      limit: asNumber(attr(estimator, 'best_threshold_')),
      positive: positiveOfScorer(attr(estimator, '_curve_scorer')),
    }),
};

interface Threshold {
  /** Absent: where the classifier itself would draw the line. */
  readonly limit: number | undefined;
  /** The class that scores speak for; absent or None: the second. */
  readonly positive: Place | undefined;
}

function convert(
  conversion: Conversion,
  estimator: Place,
  features: Features,
  { limit, positive }: Threshold,
): Methods {
  const { g } = conversion;
  const place = firstAttr(estimator, 'estimator_', 'estimator');
  const member: Member = { place, methods: conversion.convert(place, features) };
  const labels = memberLabels(member);
  if (labels.count !== 2) throw lacks(member, 'two classes');
  const { predictProba, decisionFunction, missing, infinite } = member.methods;
  const method = textParameter(estimator, 'response_method', 'auto');
  const byShares = method === 'predict_proba' || (method === 'auto' && predictProba !== undefined);
  const positive0 = positionOf(positive, labels) === 0;
  const score = scoreOf(g, member, byShares, positive0);
  const index = above(g, score, limit ?? (byShares ? 0.5 : 0), true);
  return {
    predict: { kind: 'class', index: positive0 ? renumbered(g, index, Int32Array.of(1, 0)) : index, labels },
    predictProba,
    decisionFunction,
    missing,
    infinite,
  };
}

/** [rows]; decisions speak for the second class, and negated for the first. */
function scoreOf(g: GraphBuilder, member: Member, byShares: boolean, first: boolean): Ref {
  const { decisionFunction, predictProba } = member.methods;
  if (byShares) return first ? columnRange(g, predictProba as Ref, 0, 1, true) : secondShare(g, member);
  if (decisionFunction?.shape.length !== 1) throw lacks(member, 'decision_function');
  return first ? g.neg(decisionFunction) : decisionFunction;
}

function positionOf(positive: Place | undefined, labels: Labels): number {
  if (positive === undefined || isNone(positive)) return 1;
  const { value } = positive;
  const position =
    labels.texts === undefined
      ? numericLabels(labels)!.indexOf(asNumber(positive))
      : labels.texts.indexOf(String(value));
  if (position < 0) throw badFile(`${positive.path}: ${JSON.stringify(value)} is no class of the classifier`);
  return position;
}

/** Metrics whose `pos_label` is 1 unless told otherwise. */
const ABOUT_CLASS_1 = new Set([
  'average_precision_score',
  'f1_score',
  'fbeta_score',
  'jaccard_score',
  'precision_score',
  'recall_score',
]);

/** The class that a metric counts as positive. */
function positiveOfScorer(scorer: Place): Place | undefined {
  const given = optionalEntry(attr(scorer, '_kwargs'), 'pos_label');
  if (given !== undefined) return given;
  const metric = attr(scorer, '_score_func');
  const name = globalName(metric);
  const about1 = ABOUT_CLASS_1.has(name.slice(name.lastIndexOf('.') + 1));
  return about1 ? { path: metric.path, value: 1 } : undefined;
}
