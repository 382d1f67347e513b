import { badFile } from '../../formats/errors.js';
import { asInt, attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { shortName } from './estimator.js';

/** How many columns an estimator wants; -1 when it takes any number of them. */
export function inputWidth(estimator: Place): number {
  const stored = optionalAttr(estimator, 'n_features_in_');
  if (stored !== undefined) return asInt(stored);
  const name = shortName(estimator);
  if (name === 'IsotonicRegression') return 1;
  // Up to 1.3 they did not even look at what they were fitted on.
  if (name === 'DummyClassifier' || name === 'DummyRegressor') return -1;
  if (name === 'SelectFromModel')
    return inputWidth(optionalAttr(estimator, 'estimator_') ?? attr(estimator, 'estimator'));
  throw badFile(`${estimator.path} has no attribute n_features_in_: it is not fitted`);
}
