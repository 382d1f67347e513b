import { className, type Place } from '../../formats/pickle/access.js';
import { isSince, shortName } from './estimator.js';

/** Since which version of scikit-learn an estimator takes rows with NaN. */
const SINCE = new Map<string, readonly [major: number, minor: number]>([
  ['HistGradientBoostingClassifier', [0, 0]],
  ['HistGradientBoostingRegressor', [0, 0]],
  ['DecisionTreeClassifier', [1, 3]],
  ['DecisionTreeRegressor', [1, 3]],
  ['RandomForestClassifier', [1, 4]],
  ['RandomForestRegressor', [1, 4]],
  ['ExtraTreeClassifier', [1, 6]],
  ['ExtraTreeRegressor', [1, 6]],
  ['ExtraTreesClassifier', [1, 6]],
  ['ExtraTreesRegressor', [1, 6]],
]);

/**
 * Whether rows with NaN pass the check of a transformer that has this estimator as a parameter. The estimator itself is not
 * converted for it: it may not be fitted.
 */
export function takesMissing(estimator: Place): boolean {
  if (/^(xgboost|lightgbm|catboost)\./.test(className(estimator))) return true;
  const since = SINCE.get(shortName(estimator));
  return since !== undefined && isSince(estimator, ...since);
}
