import { badFile } from '../../formats/errors.js';
import { asFloat64, asNumber, attr, items, type Place } from '../../formats/pickle/access.js';
import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { tablesOf } from './categories.js';
import { vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, firstAttr, textParameter, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import { classPositions, fittedMembers, lacks, type Member, memberLabels, secondShare, takenByAll } from './members.js';
import type { Methods } from './methods.js';
import { argmax, bothClasses, classShares, float64, mean, spread } from './steps.js';

/** Probabilities made of the scores of classifiers; the mean over the folds they were calibrated in. */
export const calibrationConverters: Record<string, EstimatorConverter> = { CalibratedClassifierCV: convert };

function convert(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const calibrated = fittedMembers(estimator, 'calibrated_classifiers_');
  const members = calibrated.map((place): Member => {
    const classifier = firstAttr(place, 'estimator', 'base_estimator');
    return { place: classifier, methods: conversion.convert(classifier, features) };
  });
  const predictProba = mean(
    g,
    members.map((member, i) => calibratedShares(g, calibrated[i], member, labels)),
  );
  return { predict: { kind: 'class', index: argmax(g, predictProba), labels }, predictProba, ...takenByAll(members) };
}

/** [rows, classes] */
function calibratedShares(g: GraphBuilder, calibrated: Place, member: Member, labels: Labels): Ref {
  const method = textParameter(calibrated, 'method', 'sigmoid');
  const calibrators = items(attr(calibrated, 'calibrators'));
  const own = memberLabels(member);
  if (own.count !== labels.count && own.count < 3) throw unsupported(calibrated, 'a fold that lacks classes');
  const classes = [{ type: 'f64', shape: [-1, labels.count] }] as const;
  if (method === 'temperature') {
    if (calibrators.length !== 1 || own.count !== labels.count)
      throw badFile(`${calibrated.path}.calibrators: expected one for all classes, got ${calibrators.length}`);
    return temperatureShares(g, member, asNumber(attr(calibrators[0], 'beta_')));
  }
  const positions = classPositions(member.place, own, labels);
  const scores = scoresOf(g, member);
  const curves = scores.shape[1] ?? 1;
  if (calibrators.length !== curves)
    throw badFile(`${calibrated.path}.calibrators: expected ${curves}, got ${calibrators.length}`);
  const [raw] = g.kernel('calibration', {
    inputs: [scores],
    arrays: method === 'isotonic' ? isotonicLines(calibrators) : sigmoids(calibrators),
    outputs: [{ type: 'f64', shape: scores.shape }],
  });
  if (curves === 1) return bothClasses(g, raw);
  const all = own.count === labels.count ? raw : spread(g, raw, positions, labels.count);
  return g.kernel('normalise-rows', { inputs: [all], params: { whenZero: 1 / labels.count }, outputs: classes })[0];
}

/** Decisions, or probabilities where there are none: [rows] for two classes, else [rows, classes]. */
function scoresOf(g: GraphBuilder, member: Member): Ref {
  const { decisionFunction, predictProba } = member.methods;
  if (decisionFunction !== undefined) return decisionFunction;
  if (predictProba === undefined || Array.isArray(predictProba)) throw lacks(member, 'a decision or probabilities');
  const shares = predictProba as Ref;
  return shares.shape[1] === 2 ? secondShare(g, member) : shares;
}

/** softmax(beta * scores); scores of two classes are -s and s, and probabilities count as their logarithms. */
function temperatureShares(g: GraphBuilder, member: Member, beta: number): Ref {
  const { decisionFunction, predictProba } = member.methods;
  const shares = decisionFunction ?? (predictProba as Ref | undefined);
  if (shares === undefined || Array.isArray(shares)) throw lacks(member, 'a decision or probabilities');
  const scores = decisionFunction ?? g.log(g.add(float64(g, shares), 1e-12));
  return classShares(g, scores, scores.shape.length === 1 ? 2 * beta : beta);
}

function sigmoids(calibrators: readonly Place[]): Record<string, StoredArray> {
  return {
    a: Float64Array.from(calibrators, place => asNumber(attr(place, 'a_'))),
    b: Float64Array.from(calibrators, place => asNumber(attr(place, 'b_'))),
  };
}

function isotonicLines(calibrators: readonly Place[]): Record<string, StoredArray> {
  const xs = calibrators.map(place => asFloat64(attr(place, 'X_thresholds_')).data);
  const ys = calibrators.map((place, i) => vectorOf(attr(place, 'y_thresholds_'), xs[i].length));
  calibrators.forEach((place, i) => {
    if (xs[i].length === 0) throw badFile(`${place.path}.X_thresholds_: expected thresholds, got none`);
  });
  const { values: x, offsets: starts } = tablesOf(xs, Float64Array);
  return { x, y: tablesOf(ys, Float64Array).values, starts };
}
