import { badFile } from '../../formats/errors.js';
import { asFloat64, attr, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, isSince, textParameter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import { chosenClass, classPositions, fittedMembers, memberLabels, predictedNumbers, shares } from './members.js';
import type { Methods } from './methods.js';
import { above, argmax, classShares, sideBySide, weightedSum } from './steps.js';
import { rewriteLeaves, type TreeNodes } from './tree-nodes.js';
import { addTreesOn } from './tree-rows.js';
import { isTree, sharesTree, valuesTree } from './trees.js';

/** Boosted classifiers and regressors of any kind. Over trees, each of which has its say in its leaves, it is one kernel call. */
export const adaBoostConverters: Record<string, EstimatorConverter> = {
  AdaBoostClassifier: convertClassifier,
  AdaBoostRegressor: convertRegressor,
};

interface Boost {
  readonly members: readonly Place[];
  readonly weights: Float64Array;
  /** Of all weights. */
  readonly total: number;
  readonly labels: Labels;
  /** SAMME: what a class that was not chosen gets, as a share of the weight. */
  readonly otherwise: number;
}

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  if (labels.count < 2) throw unsupported(estimator, 'a single class');
  const { members, weights } = readMembers(estimator);
  const boost: Boost = {
    members,
    weights,
    total: weights.reduce((sum, weight) => sum + weight, 0),
    labels,
    otherwise: isSince(estimator, 1, 3) ? -1 / (labels.count - 1) : 0,
  };
  // "deprecated" in 1.6 and 1.7, gone since.
  const byShares = textParameter(estimator, 'algorithm', 'SAMME') === 'SAMME.R';
  const scores = members.every(member => isTree(member, 'Classifier'))
    ? treeScores(conversion, features, boost, byShares)
    : memberScores(conversion, features, boost, byShares);
  const binary = labels.count === 2;
  const [decisionFunction] = binary
    ? g.kernel('difference', { inputs: [scores], outputs: [{ type: 'f64', shape: [-1] }] })
    : [scores];
  const predictProba = classShares(g, decisionFunction, 1 / (labels.count - 1));
  const index = binary ? above(g, decisionFunction, 0) : argmax(g, decisionFunction);
  return { predict: { kind: 'class', index, labels }, decisionFunction, predictProba, missing: false };
}

function readMembers(estimator: Place): Pick<Boost, 'members' | 'weights'> {
  const members = fittedMembers(estimator);
  const weights = asFloat64(attr(estimator, 'estimator_weights_')).data;
  if (weights.length < members.length)
    throw badFile(`${estimator.path}.estimator_weights_: ${weights.length} weights for ${members.length} estimators`);
  return { members, weights };
}

/** [rows, classes]; what each tree says is written into its leaves. */
function treeScores({ g }: Conversion, features: Features, boost: Boost, byShares: boolean): Ref {
  const { members, labels, weights, total, otherwise } = boost;
  const outputs = labels.count;
  const trees = members.map((place, i): TreeNodes => {
    const own = readLabels(attr(place, 'classes_'));
    const tree = sharesTree(place, [own.count]);
    if (byShares) {
      if (own.count !== outputs) throw badFile(`${place.path}: ${own.count} classes, expected ${outputs}`);
      return rewriteLeaves(tree, outputs, writeLogShares);
    }
    const positions = classPositions(place, own, labels);
    return rewriteLeaves(tree, outputs, (values, to) => {
      to.fill(otherwise * weights[i]);
      to[positions[values.indexOf(Math.max(...values))]] = weights[i];
    });
  });
  return addTreesOn(g, features, trees, { outputs, width: outputs, divideBy: total });
}

/** A class's log probability above the mean of all, times the number of other classes. */
function writeLogShares(values: Float64Array, to: Float64Array): void {
  const classes = values.length;
  let sum = 0;
  for (let i = 0; i < classes; i++) sum += to[i] = Math.log(Math.max(values[i], Number.EPSILON));
  for (let i = 0; i < classes; i++) to[i] = (classes - 1) * (to[i] - (1 / classes) * sum);
}

function memberScores(conversion: Conversion, features: Features, boost: Boost, byShares: boolean): Ref {
  const { g } = conversion;
  const { labels, weights, total, otherwise } = boost;
  const classes = labels.count;
  const members = boost.members.map(place => ({ place, methods: conversion.convert(place, features) }));
  if (byShares) {
    const parts = members.map(member => {
      const own = shares(g, member, classPositions(member.place, memberLabels(member), labels), classes);
      const logs = g.log(g.maximum(own, Number.EPSILON));
      return g.mul(g.sub(logs, g.mean(logs, 1, true)), classes - 1);
    });
    return weightedSum(g, parts, new Float64Array(parts.length).fill(1), total);
  }
  return g.kernel('tally', {
    inputs: members.map(member => chosenClass(g, member, classPositions(member.place, memberLabels(member), labels))),
    params: { classes, otherwise, divideBy: total },
    arrays: { weights },
    outputs: [{ type: 'f64', shape: [-1, classes] }],
  })[0];
}

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const { members, weights } = readMembers(estimator);
  const outputs = members.length;
  const predictions = members.every(member => isTree(member, 'Regressor'))
    ? addTreesOn(
        g,
        features,
        members.map((place, target) => ({ ...valuesTree(place, 1), target })),
        { outputs },
      )
    : sideBySide(
        g,
        members.map(place => predictedNumbers(g, { place, methods: conversion.convert(place, features) })),
      );
  const [value] = g.kernel('weighted-median', {
    inputs: [predictions],
    arrays: { weights: weights.slice(0, outputs) },
    outputs: [{ type: 'f64', shape: [-1] }],
  });
  return { predict: { kind: 'value', value, datatype: 'FP64' }, missing: false };
}
