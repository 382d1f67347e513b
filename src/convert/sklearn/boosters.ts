import { badFile } from '../../formats/errors.js';
import type { LightgbmModel } from '../../formats/lightgbm.js';
import { attr, hasAttr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { XgboostModel } from '../../formats/xgboost-model.js';
import { addLightgbm, addLightgbmClassifier } from '../boosters/lightgbm.js';
import { addXgboost, addXgboostClassifier } from '../boosters/xgboost.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { boosterFile } from './booster-files.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import type { Methods } from './methods.js';
import { weightedSum } from './steps.js';

/** Boosters of other libraries in a Python file, by their full names: estimators, and Booster objects alone. */
export const boosterConverters: Record<string, EstimatorConverter> = {
  'xgboost.sklearn.XGBClassifier': convertXgbClassifier,
  'xgboost.sklearn.XGBRFClassifier': convertXgbClassifier,
  'xgboost.sklearn.XGBRegressor': convertXgbRegressor,
  'xgboost.sklearn.XGBRFRegressor': convertXgbRegressor,
  'xgboost.sklearn.XGBRanker': convertXgbRegressor,
  'xgboost.core.Booster': convertXgbBooster,
  'lightgbm.sklearn.LGBMClassifier': convertLgbmClassifier,
  'lightgbm.sklearn.LGBMRegressor': convertLgbmRegressor,
  'lightgbm.sklearn.LGBMRanker': convertLgbmRegressor,
  'lightgbm.basic.Booster': convertLgbmRegressor,
};

function xgboostModel(estimator: Place): XgboostModel {
  const file = boosterFile(estimator);
  if (file?.library === 'xgboost') return file.model;
  throw notFitted(estimator);
}

function lightgbmModel(estimator: Place): LightgbmModel {
  const file = boosterFile(estimator);
  if (file?.library === 'lightgbm') return file.model;
  throw notFitted(estimator);
}

function notFitted(estimator: Place): Error {
  return badFile(`${estimator.path} has no _Booster: it is not fitted`);
}

/** Rows as XGBoost sees them: float32, with NaN for what stands for missing. */
function xgboostRows(g: GraphBuilder, estimator: Place, features: Features, model: XgboostModel): Ref {
  checkWidth(estimator, features, model.features);
  const rows = features.floats();
  const value = optionalAttr(estimator, 'missing')?.value;
  if (typeof value !== 'number' || Number.isNaN(value)) return rows;
  return g.kernel('missing-value', { inputs: [rows], params: { value }, outputs: [rows] })[0];
}

function checkWidth(estimator: Place, features: Features, wanted: number): void {
  if (features.width !== wanted)
    throw badFile(`${estimator.path}: it was fitted on ${wanted} features, but is given ${features.width}`);
}

function convertXgbClassifier({ g }: Conversion, estimator: Place, features: Features): Methods {
  const model = xgboostModel(estimator);
  const { positions, probabilities } = addXgboostClassifier(g, xgboostRows(g, estimator, features, model), model);
  const labels = xgboostLabels(estimator, model);
  const common = { predictProba: probabilities, missing: true };
  if (positions.shape.length === 1) return { predict: { kind: 'class', index: positions, labels }, ...common };
  // Several yes-no questions are answered by floats.
  return { predict: { kind: 'value', value: positions, datatype: 'FP64' }, ...common };
}

/** 1.5 may hold an encoder of labels; all others number them. */
function xgboostLabels(estimator: Place, model: XgboostModel): Labels {
  const count = Math.max(2, model.classes);
  if (hasAttr(estimator, '_le')) {
    const labels = readLabels(attr(attr(estimator, '_le'), 'classes_'));
    if (labels.count !== count)
      throw badFile(`${estimator.path}._le.classes_: ${labels.count} labels for a model of ${count} classes`);
    return labels;
  }
  if (model.objective === 'multi:softmax')
    return { count, datatype: 'INT32', array: Int32Array.from({ length: count }, (_, i) => i) };
  return { count, datatype: 'INT64', array: BigInt64Array.from({ length: count }, (_, i) => BigInt(i)) };
}

function convertXgbRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  const model = xgboostModel(estimator);
  const value = addXgboost(g, xgboostRows(g, estimator, features, model), model).predict;
  return { predict: { kind: 'value', value, datatype: 'FP32' }, missing: true };
}

/** A Booster alone does not know which round was the best: it uses all. */
function convertXgbBooster({ g }: Conversion, estimator: Place, features: Features): Methods {
  const model: XgboostModel = { ...xgboostModel(estimator), attributes: new Map() };
  const value = addXgboost(g, xgboostRows(g, estimator, features, model), model).predict;
  return { predict: { kind: 'value', value, datatype: 'FP32' }, missing: true };
}

const ANY_ROWS = { missing: true, infinite: true };

function convertLgbmClassifier({ g }: Conversion, estimator: Place, features: Features): Methods {
  const model = lightgbmModel(estimator);
  checkWidth(estimator, features, model.features);
  const labels = readLabels(attr(attr(estimator, '_le'), 'classes_'));
  const { positions, probabilities, raw } = addLightgbmClassifier(g, features.matrix(), model);
  if (labels.count !== probabilities.shape[1])
    throw badFile(`${estimator.path}._le.classes_: ${labels.count} labels, expected ${probabilities.shape[1]}`);
  return {
    predict: { kind: 'class', index: positions, labels },
    predictProba: probabilities,
    // Both came with 4.7.
    decisionFunction: hasAttr(estimator, '_fitted_with_feature_names') ? summed(g, raw, model) : undefined,
    ...ANY_ROWS,
  };
}

/** Random forests answer the mean of their rounds, but their decisions are sums. */
function summed(g: GraphBuilder, raw: Ref, { average, trees, treesPerRound }: LightgbmModel): Ref {
  return average ? weightedSum(g, [raw], Float64Array.of(trees.length / treesPerRound), 1) : raw;
}

function convertLgbmRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  const model = lightgbmModel(estimator);
  checkWidth(estimator, features, model.features);
  const value = addLightgbm(g, features.matrix(), model).predict;
  return { predict: { kind: 'value', value, datatype: 'FP64' }, ...ANY_ROWS };
}
