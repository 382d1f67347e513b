import { badFile } from '../../formats/errors.js';
import { asInt32, attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { numericLabels } from './labels.js';
import {
  commonDatatype,
  convertMembers,
  fittedMembers,
  lacks,
  type Member,
  predictedNumbers,
  secondShare,
  takenByAll,
} from './members.js';
import type { Methods } from './methods.js';
import { columnRange, sideBySide } from './steps.js';

/** One estimator per output, side by side or in a chain in which each sees what those before it answered. */
export const multioutputConverters: Record<string, EstimatorConverter> = {
  MultiOutputClassifier: convertClassifiers,
  MultiOutputRegressor: convertRegressors,
  ClassifierChain: convertChain,
  RegressorChain: convertChain,
};

function convertClassifiers(conversion: Conversion, estimator: Place, features: Features): Methods {
  const members = convertMembers(conversion, estimator, features);
  const outputs = members.map(member => {
    const { predict } = member.methods;
    if (predict?.kind === 'class') return predict;
    throw lacks(member, 'classes to choose from');
  });
  const shares = members.flatMap(({ methods }) => methods.predictProba ?? []);
  return {
    predict: { kind: 'classes', outputs },
    predictProba: shares.length === members.length ? shares : undefined,
    ...takenByAll(members),
  };
}

function convertRegressors(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const members = convertMembers(conversion, estimator, features);
  const value = sideBySide(
    g,
    members.map(member => predictedNumbers(g, member)),
  );
  return { predict: { kind: 'value', value, datatype: commonDatatype(members) }, ...takenByAll(members) };
}

function convertChain(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const places = fittedMembers(estimator);
  const order = asInt32(attr(estimator, 'order_')).data;
  if (!isOrder(order, places.length))
    throw badFile(`${estimator.path}.order_: [${order}] is no order of ${places.length} outputs`);
  const method = optionalAttr(estimator, 'chain_method_')?.value ?? 'predict';
  const byOutput = new Array<Member>(places.length);
  const passedOn: Ref[] = [];
  places.forEach((place, i) => {
    const seen = i === 0 ? features : new MatrixFeatures(g, g.columnStack([features.matrix(), ...passedOn]));
    const member = { place, methods: conversion.convert(place, seen) };
    byOutput[order[i]] = member;
    passedOn.push(chainAnswer(conversion, estimator, member, method));
  });
  const predictions = byOutput.map(member => predictedNumbers(g, member));
  return {
    // Labels and numbers of all outputs share one array of floats.
    predict: { kind: 'value', value: sideBySide(g, predictions), datatype: 'FP64' },
    predictProba: chainShares(conversion, estimator, byOutput),
    decisionFunction: allOf(byOutput, ({ decisionFunction }) => decisionFunction?.shape.length === 1)
      ? sideBySide(
          g,
          byOutput.map(({ methods }) => methods.decisionFunction!),
        )
      : undefined,
    missing: false,
  };
}

function isOrder(order: Int32Array, count: number): boolean {
  const sorted = Int32Array.from(order).sort();
  return order.length === count && sorted.every((output, i) => output === i);
}

function allOf(members: readonly Member[], has: (methods: Methods) => boolean): boolean {
  return members.every(({ methods }) => has(methods));
}

/** The probability of each output's second class; since 1.5 outputs of more than two classes have none. */
function chainShares({ g }: Conversion, estimator: Place, members: readonly Member[]): Ref | undefined {
  const shares = members.flatMap(({ methods: { predictProba } }) =>
    predictProba !== undefined && 'shape' in predictProba ? predictProba : [],
  );
  const fits = isSince(estimator, 1, 5)
    ? shares.every(({ shape }) => shape[1] === 2)
    : shares.every(({ shape }) => shape[1] >= 2);
  if (shares.length !== members.length || !fits) return undefined;
  return sideBySide(
    g,
    shares.map(share => columnRange(g, share, 1, 2, true)),
  );
}

/** What the estimators behind a member see of it, [rows]. */
function chainAnswer({ g }: Conversion, estimator: Place, member: Member, method: unknown): Ref {
  const { predict, decisionFunction } = member.methods;
  if (method === 'predict') {
    if (predict?.kind !== 'class') return predictedNumbers(g, member);
    const numbers = numericLabels(predict.labels);
    if (numbers === undefined) throw lacks(member, 'labels that are numbers');
    return g.gather(g.constant(numbers), predict.index);
  }
  if (method === 'decision_function' && decisionFunction?.shape.length === 1) return decisionFunction;
  if (method === 'predict_proba') return secondShare(g, member);
  if (method === 'predict_log_proba') return g.log(secondShare(g, member));
  throw unsupported(estimator, `chain_method ${JSON.stringify(method)}`);
}
