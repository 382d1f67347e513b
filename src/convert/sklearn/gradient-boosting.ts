import { badFile } from '../../formats/errors.js';
import { asArray, asFloat64, asNumber, asString, attr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { TreeSpec } from '../tree-spec.js';
import { type Conversion, type EstimatorConverter, isSince, shortName, textParameter } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { type Labels, readLabels } from './labels.js';
import { type Member, predictedNumbers } from './members.js';
import type { Methods } from './methods.js';
import { above, argmax, classShares, float64, weightedSum } from './steps.js';
import { addTreesOn } from './tree-rows.js';
import { valuesTree } from './trees.js';

/** Boosted regression trees on top of an initial estimator; one tree, or one per class of three and more, in each stage. */
export const gradientBoostingConverters: Record<string, EstimatorConverter> = {
  GradientBoostingClassifier: convertClassifier,
  GradientBoostingRegressor: convertRegressor,
};

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const value = rawScores(conversion, estimator, features, undefined);
  return { predict: { kind: 'value', value, datatype: 'FP64' }, missing: false };
}

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const exponential = asString(attr(estimator, 'loss')) === 'exponential';
  const scores = rawScores(conversion, estimator, features, { labels, exponential });
  const predictProba = classShares(g, scores, exponential ? 2 : 1);
  return {
    predict: { kind: 'class', index: chosen(g, estimator, scores, predictProba, exponential), labels },
    decisionFunction: scores,
    predictProba,
    missing: false,
  };
}

/** Before 1.4 the first of equal probabilities is chosen; since then a score of 0 stands for the second of two classes. */
function chosen(g: GraphBuilder, estimator: Place, scores: Ref, shares: Ref, exponential: boolean): Ref {
  if (scores.shape.length === 2) return argmax(g, isSince(estimator, 1, 4) ? scores : shares);
  return exponential || isSince(estimator, 1, 4) ? above(g, scores, 0, true) : argmax(g, shares);
}

interface Classification {
  readonly labels: Labels;
  readonly exponential: boolean;
}

/** [rows] for regression and two classes, else [rows, classes]. */
function rawScores(
  conversion: Conversion,
  estimator: Place,
  features: Features,
  classification: Classification | undefined,
): Ref {
  const { g } = conversion;
  const stages = attr(estimator, 'estimators_');
  const { shape, objects } = asArray(stages);
  const outputs = shape[1];
  const wanted = classification === undefined || classification.labels.count === 2 ? 1 : classification.labels.count;
  if (shape.length !== 2 || shape[0] === 0 || outputs !== wanted || objects === null)
    throw badFile(`${stages.path}: expected trees of shape [stages,${wanted}], got [${shape}]`);
  const rate = asNumber(attr(estimator, 'learning_rate'));
  const trees = objects.map((value, i): TreeSpec => {
    const tree = valuesTree({ path: `${stages.path}[${i}]`, value }, 1);
    return { ...tree, values: tree.values.map(leaf => rate * leaf), target: i % outputs };
  });
  const init = attr(estimator, 'init_');
  const constant = constantInit(estimator, init, outputs, classification);
  const options = { outputs, flat: outputs === 1 };
  if (constant !== undefined) return addTreesOn(g, features, trees, { ...options, base: constant });
  const start = estimatorInit(conversion, estimator, init, features, classification);
  if (`${start.shape}` !== `${outputs === 1 ? [-1] : [-1, outputs]}`)
    throw badFile(`${init.path}: it answers shape [${start.shape}], expected ${outputs} columns`);
  return weightedSum(g, [start, addTreesOn(g, features, trees, options)], Float64Array.of(1, 1), 1);
}

/** What scores start from when it is the same for all rows. */
function constantInit(
  estimator: Place,
  init: Place,
  outputs: number,
  classification: Classification | undefined,
): Float64Array | undefined {
  if (init.value === 'zero') return new Float64Array(outputs);
  const kind = shortName(init);
  if (kind === 'DummyRegressor' && classification === undefined) {
    const { data } = asFloat64(attr(init, 'constant_'));
    if (data.length !== 1) throw badFile(`${init.path}.constant_: expected one number, got ${data.length}`);
    return data;
  }
  if (kind !== 'DummyClassifier' || classification === undefined || textParameter(init, 'strategy', '') !== 'prior')
    return undefined;
  const prior = asFloat64(attr(init, 'class_prior_')).data;
  if (prior.length !== classification.labels.count)
    throw badFile(`${init.path}.class_prior_: expected ${classification.labels.count} shares, got ${prior.length}`);
  const [low, high] = shareLimits(estimator);
  const shares = prior.map(share => Math.min(Math.max(share, low), high));
  if (outputs === 1) return Float64Array.of(logOdds(shares[1]) * (classification.exponential ? 0.5 : 1));
  const logs = shares.map(Math.log);
  // Since 1.4 shares are compared with their geometric mean.
  const middle = isSince(estimator, 1, 4) ? logs.reduce((sum, log) => sum + log, 0) / logs.length : 0;
  return logs.map(log => log - middle);
}

/** Scores start from what an estimator of the user's says about the row, as float32. */
function estimatorInit(
  conversion: Conversion,
  estimator: Place,
  init: Place,
  features: Features,
  classification: Classification | undefined,
): Ref {
  const { g } = conversion;
  const rounded = new MatrixFeatures(g, g.cast(features.floats(), 'f64'), features.names);
  const member: Member = { place: init, methods: conversion.convert(init, rounded) };
  if (classification === undefined) return predictedNumbers(g, member);
  const { predictProba } = member.methods;
  if (predictProba === undefined || Array.isArray(predictProba))
    throw badFile(`${init.path}: a ${shortName(init)} has no predict_proba to start from`);
  const [low, high] = shareLimits(estimator);
  const shares = g.clip(float64(g, predictProba as Ref), low, high);
  if (classification.labels.count === 2) {
    const share = g.pick(shares, 1);
    return g.mul(g.log(g.div(share, g.sub(1, share))), classification.exponential ? 0.5 : 1);
  }
  const logs = g.log(shares);
  return isSince(estimator, 1, 4) ? g.sub(logs, g.mean(logs, 1, true)) : logs;
}

/** Initial shares are kept this far from 0 and 1: float32's precision, since 1.8 float64's. */
function shareLimits(estimator: Place): readonly [low: number, high: number] {
  const epsilon = isSince(estimator, 1, 8) ? 2 ** -52 : 2 ** -23;
  return [epsilon, 1 - epsilon];
}

function logOdds(share: number): number {
  return Math.log(share / (1 - share));
}
