import { badFile } from '../../formats/errors.js';
import { asInt, asInt32, attr, items, type Place } from '../../formats/pickle/access.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import { readLabels } from './labels.js';
import {
  chosenClass,
  commonDatatype,
  fittedMembers,
  type Member,
  memberLabels,
  numberedPositions,
  shares,
  takenByAll,
} from './members.js';
import type { Methods } from './methods.js';
import { argmax, float64, mean } from './steps.js';
import { onColumns, rewriteLeaves } from './tree-nodes.js';
import { addTreesOn } from './tree-rows.js';
import { isTree, sharesTree, treesTakeMissing, valuesTree } from './trees.js';

/** The mean of members that each look at some of the columns. Over trees it is one kernel call. */
export const baggingConverters: Record<string, EstimatorConverter> = {
  BaggingClassifier: convertClassifier,
  BaggingRegressor: convertRegressor,
};

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const places = fittedMembers(estimator);
  const columns = columnSubsets(estimator, places.length);
  if (places.every(place => isTree(place, 'Classifier'))) {
    const trees = places.map((place, i) => {
      const own = readLabels(attr(place, 'classes_'));
      const positions = numberedPositions(place, own, labels.count);
      return rewriteLeaves(onColumns(sharesTree(place, [own.count]), columns[i]), labels.count, (values, to) =>
        values.forEach((share, j) => {
          to[positions[j]] = share;
        }),
      );
    });
    const options = { outputs: labels.count, width: labels.count, divideBy: trees.length };
    const predictProba = addTreesOn(g, features, trees, options);
    return {
      predict: { kind: 'class', index: argmax(g, predictProba), labels },
      predictProba,
      missing: treesTakeMissing(places[0], places.slice(0, 1)),
    };
  }
  const members = convertMembers(conversion, places, columns, features);
  const positions = members.map(member => numberedPositions(member.place, memberLabels(member), labels.count));
  const decisions = members.flatMap(({ methods }) => methods.decisionFunction ?? []);
  const predictProba = members.every(({ methods }) => methods.predictProba !== undefined)
    ? mean(
        g,
        members.map((member, i) => shares(g, member, positions[i], labels.count)),
      )
    : g.kernel('tally', {
        inputs: members.map((member, i) => chosenClass(g, member, positions[i])),
        params: { classes: labels.count, otherwise: 0, divideBy: members.length },
        arrays: { weights: new Float64Array(members.length).fill(1) },
        outputs: [{ type: 'f64', shape: [-1, labels.count] }],
      })[0];
  return {
    predict: { kind: 'class', index: argmax(g, predictProba), labels },
    predictProba,
    decisionFunction: decisions.length === members.length ? mean(g, decisions) : undefined,
    ...takenByAll(members),
  };
}

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const places = fittedMembers(estimator);
  const columns = columnSubsets(estimator, places.length);
  if (places.every(place => isTree(place, 'Regressor'))) {
    const outputs = asInt(attr(places[0], 'n_outputs_'));
    const trees = places.map((place, i) => onColumns(valuesTree(place, outputs), columns[i]));
    const options = { outputs, width: outputs, divideBy: trees.length, flat: outputs === 1 };
    const value = addTreesOn(g, features, trees, options);
    return {
      predict: { kind: 'value', value, datatype: 'FP64' },
      missing: treesTakeMissing(places[0], places.slice(0, 1)),
    };
  }
  const members = convertMembers(conversion, places, columns, features);
  const values = members.map(({ place, methods: { predict } }) => {
    if (predict?.kind === 'value') return float64(g, predict.value);
    throw badFile(`${place.path}: expected a regressor`);
  });
  return {
    predict: { kind: 'value', value: mean(g, values), datatype: commonDatatype(members) },
    ...takenByAll(members),
  };
}

function columnSubsets(estimator: Place, members: number): Int32Array[] {
  const subsets = items(attr(estimator, 'estimators_features_')).map(place => asInt32(place).data);
  if (subsets.length !== members)
    throw badFile(`${estimator.path}.estimators_features_: expected ${members} lists, got ${subsets.length}`);
  return subsets;
}

function convertMembers(
  conversion: Conversion,
  places: readonly Place[],
  columns: readonly Int32Array[],
  features: Features,
): Member[] {
  return places.map((place, i) => ({
    place,
    methods: conversion.convert(place, selected(place, features, columns[i])),
  }));
}

function selected(member: Place, features: Features, columns: Int32Array): Features {
  if (columns.some(column => column < 0 || column >= features.width))
    throw badFile(`${member.path}: it was fitted on columns that the rows do not have`);
  const all = columns.length === features.width && columns.every((column, i) => column === i);
  return all ? features : features.select([...columns]);
}
