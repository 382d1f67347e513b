import { badFile } from '../../formats/errors.js';
import { asBool, asString, attr, items, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { readLabels, selectLabels } from './labels.js';
import { convertMembers, lacks, type Member, numberedPositions, predictedNumbers, takenByAll } from './members.js';
import type { Methods, Prediction } from './methods.js';
import { float64 } from './steps.js';

/** A final estimator that is given what other estimators answer, and with `passthrough` the rows as well. */
export const stackingConverters: Record<string, EstimatorConverter> = {
  StackingClassifier: convert,
  StackingRegressor: convert,
};

function convert(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const members = convertMembers(conversion, estimator, features);
  const asked = items(attr(estimator, 'stack_method_')).map(asString);
  if (asked.length !== members.length)
    throw badFile(`${estimator.path}.stack_method_: ${asked.length} methods for ${members.length} estimators`);
  const answers = members.flatMap((member, i) => answersOf(conversion, estimator, member, asked[i]));
  const passthrough = asBool(attr(estimator, 'passthrough'));
  if (passthrough) answers.push(features.matrix());
  const allLabels =
    !passthrough && members.every(({ methods: { predict } }, i) => asked[i] === 'predict' && predict?.kind === 'class');
  const missingFrom = passthrough ? features.missingFrom : [];
  const stacked = new MatrixFeatures(g, g.columnStack(answers), undefined, 'FP64', missingFrom);
  const place = attr(estimator, 'final_estimator_');
  const final = conversion.convert(place, stacked);
  return {
    predict: final.predict && finalPrediction(estimator, place, final.predict),
    predictProba: final.predictProba,
    decisionFunction: final.decisionFunction,
    transform: { features: stacked, datatype: allLabels ? 'INT64' : 'FP64' },
    ...takenByAll(members),
  };
}

/** Of the probabilities of two classes the second is enough. */
function answersOf({ g }: Conversion, estimator: Place, member: Member, method: string): Ref[] {
  const { decisionFunction, predictProba } = member.methods;
  if (method === 'predict') {
    const { predict } = member.methods;
    return [predict?.kind === 'value' ? float64(g, predict.value) : predictedNumbers(g, member)];
  }
  if (method === 'decision_function' && decisionFunction !== undefined) return [decisionFunction];
  if (method !== 'predict_proba' || predictProba === undefined) throw lacks(member, method);
  if (Array.isArray(predictProba)) throw unsupported(estimator, 'several outputs');
  const shares = float64(g, predictProba as Ref);
  return [shares.shape[1] === 2 ? g.pick(shares, 1) : shares];
}

/** Final classifiers are fitted on classes numbered 0, 1, ... */
function finalPrediction(estimator: Place, final: Place, prediction: Prediction): Prediction {
  if (prediction.kind !== 'class') return prediction;
  const labels = readLabels(attr(estimator, 'classes_'));
  const positions = numberedPositions(final, prediction.labels, labels.count);
  return { ...prediction, labels: selectLabels(labels, positions) };
}
