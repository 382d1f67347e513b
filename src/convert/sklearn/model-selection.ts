import { attr, hasAttr, type Place } from '../../formats/pickle/access.js';
import { type Conversion, type EstimatorConverter, firstAttr, unsupported } from './estimator.js';
import type { Features } from './features.js';
import type { Methods } from './methods.js';

/** Estimators that hold the one that answers for them. */
export const modelSelectionConverters: Record<string, EstimatorConverter> = {
  GridSearchCV: convertSearch,
  RandomizedSearchCV: convertSearch,
  HalvingGridSearchCV: convertSearch,
  HalvingRandomSearchCV: convertSearch,
  FrozenEstimator: (conversion, estimator, features) => conversion.convert(attr(estimator, 'estimator'), features),
  SelfTrainingClassifier: convertSelfTraining,
};

function convertSearch(conversion: Conversion, estimator: Place, features: Features): Methods {
  if (!hasAttr(estimator, 'best_estimator_')) throw unsupported(estimator, 'refit=False');
  return conversion.convert(attr(estimator, 'best_estimator_'), features);
}

function convertSelfTraining(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { transform, scoreSamples, others, ...methods } = conversion.convert(
    firstAttr(estimator, 'estimator_', 'base_estimator_'),
    features,
  );
  return methods;
}
