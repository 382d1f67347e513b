import { badFile } from '../../formats/errors.js';
import { attr, items, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, shortName } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, numericLabels } from './labels.js';
import type { Methods, Prediction } from './methods.js';
import { columnRange, float64, renumbered, spread } from './steps.js';

/** An estimator inside another one, with what it answers. */
export interface Member {
  readonly place: Place;
  readonly methods: Methods;
}

/** The fitted estimators of an ensemble; there is at least one. */
export function fittedMembers(ensemble: Place, attribute = 'estimators_'): Place[] {
  const members = items(attr(ensemble, attribute));
  if (members.length === 0) throw badFile(`${ensemble.path}.${attribute}: expected estimators, got none`);
  return members;
}

/** All of them, each given what the ensemble is given. */
export function convertMembers(conversion: Conversion, ensemble: Place, features: Features): Member[] {
  return fittedMembers(ensemble).map(place => ({ place, methods: conversion.convert(place, features) }));
}

/** What rows an ensemble takes whose rows go to all of its members. */
export function takenByAll(members: readonly Member[]): Pick<Methods, 'missing' | 'infinite'> {
  return {
    missing: members.every(({ methods }) => methods.missing),
    infinite: members.every(({ methods }) => methods.infinite === true),
  };
}

/** The datatype of numbers that all members have, else FP64: numpy's rule for their mean, or for one array of all. */
export function commonDatatype(members: readonly Member[]): OutputDatatype {
  const [first, ...others] = members.map(({ methods: { predict } }) =>
    predict?.kind === 'value' ? predict.datatype : 'FP64',
  );
  return (first === 'FP32' || first === 'float') && others.every(datatype => datatype === first) ? first : 'FP64';
}

/** Shares in float32 where those of all members are. */
export function likeMembers(g: GraphBuilder, shares: Ref, members: readonly Member[]): Ref {
  const float32 = members.every(({ methods: { predictProba } }) => (predictProba as Ref | undefined)?.type === 'f32');
  return float32 ? g.cast(shares, 'f32') : shares;
}

/** What a member predicts, as float64 numbers [rows]: regression values, or labels that are numbers. */
export function predictedNumbers(g: GraphBuilder, member: Member): Ref {
  const prediction = predictionOf(member);
  if (prediction.kind === 'classes') throw lacks(member, 'a single prediction');
  if (prediction.kind === 'value') {
    if (prediction.value.shape.length !== 1) throw lacks(member, 'a single prediction');
    return float64(g, prediction.value);
  }
  const numbers = numericLabels(prediction.labels);
  if (numbers === undefined) throw lacks(member, 'predictions that are numbers');
  return g.kernel('labels', {
    inputs: [prediction.index],
    arrays: { classes: numbers },
    outputs: [{ type: 'f64', shape: [-1] }],
  })[0];
}

/**
 * The class a member chooses, i32 [rows], as a position in the ensemble's classes. `positions`: where the member's own classes
 * stand among those, see `classPositions`.
 */
export function chosenClass(g: GraphBuilder, member: Member, positions: Int32Array): Ref {
  const prediction = predictionOf(member);
  if (prediction.kind !== 'class') throw lacks(member, 'classes to choose from');
  return renumbered(g, prediction.index, positions);
}

/** The classes a member chooses from. */
export function memberLabels(member: Member): Labels {
  const prediction = predictionOf(member);
  if (prediction.kind !== 'class') throw lacks(member, 'classes to choose from');
  return prediction.labels;
}

/** Where a member's classes stand among the ensemble's, when the ensemble fits its members on the labels themselves. */
export function classPositions(member: Place, own: Labels, ensemble: Labels): Int32Array {
  const known = new Map(labelKeys(ensemble).map((key, position): [string, number] => [key, position]));
  return Int32Array.from(labelKeys(own), key => {
    const position = known.get(key);
    if (position === undefined) throw badFile(`${member.path}.classes_: ${key} is no class of the ensemble around it`);
    return position;
  });
}

/** The same when the ensemble numbers its classes 0, 1, ... for its members. */
export function numberedPositions(member: Place, own: Labels, classes: number): Int32Array {
  const numbers = numericLabels(own);
  if (!numbers?.every(number => Number.isInteger(number) && number >= 0 && number < classes))
    throw badFile(`${member.path}.classes_: expected whole numbers below ${classes}`);
  return Int32Array.from(numbers);
}

/** Probabilities of a member's classes, [rows, classes], spread over those of the ensemble. */
export function shares(g: GraphBuilder, member: Member, positions: Int32Array, classes: number): Ref {
  const { predictProba } = member.methods;
  if (predictProba === undefined || Array.isArray(predictProba)) throw lacks(member, 'predict_proba of one output');
  const own = float64(g, predictProba as Ref);
  if (own.shape[1] !== positions.length)
    throw badFile(`${member.place.path}: probabilities of ${own.shape[1]} classes, but it has ${positions.length}`);
  if (positions.length === classes && positions.every((position, i) => position === i)) return own;
  return spread(g, own, positions, classes);
}

/** How sure a member of two classes is of the second, [rows], and from where on it says so. */
export function binaryScore(g: GraphBuilder, member: Member): { readonly score: Ref; readonly threshold: 0 | 0.5 } {
  const { decisionFunction, predictProba, predict } = member.methods;
  if (predict?.kind === 'value') return { score: predictedNumbers(g, member), threshold: 0.5 };
  if (decisionFunction !== undefined) {
    if (decisionFunction.shape.length !== 1) throw lacks(member, 'a single decision');
    return { score: decisionFunction, threshold: 0 };
  }
  if (predictProba === undefined || Array.isArray(predictProba)) throw lacks(member, 'a decision or probabilities');
  return { score: secondShare(g, member), threshold: 0.5 };
}

/** The probability of the second of a member's classes, [rows]. */
export function secondShare(g: GraphBuilder, member: Member): Ref {
  const { predictProba } = member.methods;
  if (predictProba === undefined || Array.isArray(predictProba)) throw lacks(member, 'predict_proba of one output');
  const own = predictProba as Ref;
  if (own.shape[1] !== 2) throw lacks(member, 'probabilities of two classes');
  return columnRange(g, own, 1, 2, true);
}

export function lacks({ place }: Member, what: string): Error {
  return badFile(`${place.path}: the ensemble around this ${shortName(place)} needs ${what}`);
}

function predictionOf(member: Member): Prediction {
  const { predict } = member.methods;
  if (predict === undefined) throw lacks(member, 'predictions');
  return predict;
}

/** What makes labels equal across members: their text, or their number. */
function labelKeys(labels: Labels): string[] {
  if (labels.texts !== undefined) return labels.texts.map(text => JSON.stringify(text));
  return Array.from(labels.array as Float64Array, value => `${Number(value)}`);
}
