import { badFile } from '../../formats/errors.js';
import {
  asBool,
  asFloat64,
  asString,
  attr,
  isNone,
  item,
  optionalAttr,
  type Place,
} from '../../formats/pickle/access.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { readLabels } from './labels.js';
import {
  chosenClass,
  commonDatatype,
  convertMembers,
  likeMembers,
  memberLabels,
  numberedPositions,
  predictedNumbers,
  shares,
  takenByAll,
} from './members.js';
import type { Methods } from './methods.js';
import { argmax, sideBySide, weightedSum } from './steps.js';

/** Members of any kind, each with its weight. */
export const votingConverters: Record<string, EstimatorConverter> = {
  VotingClassifier: convertClassifier,
  VotingRegressor: convertRegressor,
};

function convertClassifier(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const classes = labels.count;
  const members = convertMembers(conversion, estimator, features);
  const weights = readWeights(estimator, members.length);
  const positions = members.map(member => numberedPositions(member.place, memberLabels(member), classes));
  if (asString(attr(estimator, 'voting')) === 'soft') {
    const parts = members.map((member, i) => shares(g, member, positions[i], classes));
    const average = weightedSum(g, parts, weights, total(weights));
    const flatten = asBool(attr(estimator, 'flatten_transform'));
    return {
      predict: { kind: 'class', index: argmax(g, average), labels },
      predictProba: likeMembers(g, average, members),
      // Unflattened probabilities have members, not rows, on their first axis.
      transform: flatten ? { features: new MatrixFeatures(g, sideBySide(g, parts)), datatype: 'FP64' } : undefined,
      ...takenByAll(members),
    };
  }
  const [votes] = g.kernel('tally', {
    inputs: members.map((member, i) => chosenClass(g, member, positions[i])),
    params: { classes, otherwise: 0, divideBy: 1 },
    arrays: { weights },
    outputs: [{ type: 'f64', shape: [-1, classes] }],
  });
  const choices = members.map(member => predictedNumbers(g, member));
  return {
    predict: { kind: 'class', index: argmax(g, votes), labels },
    transform: { features: new MatrixFeatures(g, sideBySide(g, choices)), datatype: 'INT64' },
    ...takenByAll(members),
  };
}

function convertRegressor(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const members = convertMembers(conversion, estimator, features);
  const weights = readWeights(estimator, members.length);
  const parts = members.map(member => predictedNumbers(g, member));
  return {
    predict: {
      kind: 'value',
      value: weightedSum(g, parts, weights, total(weights)),
      datatype: commonDatatype(members),
    },
    transform: { features: new MatrixFeatures(g, sideBySide(g, parts)), datatype: commonDatatype(members) },
    ...takenByAll(members),
  };
}

/** One weight per fitted member: those of members that were dropped do not count. */
function readWeights(estimator: Place, members: number): Float64Array {
  const place = optionalAttr(estimator, 'weights');
  if (place === undefined || isNone(place)) return new Float64Array(members).fill(1);
  const all = asFloat64(place).data;
  const weights = all.filter((_, i) => item(item(attr(estimator, 'estimators'), i), 1).value !== 'drop');
  if (weights.length !== members) throw badFile(`${place.path}: ${weights.length} weights for ${members} estimators`);
  return weights;
}

function total(weights: Float64Array): number {
  return weights.reduce((sum, weight) => sum + weight, 0);
}
