import type { EstimatorConverter } from './estimator.js';
import { linearClassifierConverters } from './linear-classifiers.js';
import { linearRegressorConverters } from './linear-regressors.js';
import { nearestCentroidConverters } from './nearest-centroid.js';
import { neighborConverters } from './neighbors.js';
import { neuralNetworkConverters } from './neural-network.js';
import { radiusNeighborConverters } from './radius-neighbors.js';
import { svmConverters } from './svm.js';

/** Every class of scikit-learn that can be served, by its short name. One entry per family of estimators. */
export const converters: ReadonlyMap<string, EstimatorConverter> = new Map(
  Object.entries({
    ...linearClassifierConverters,
    ...linearRegressorConverters,
    ...nearestCentroidConverters,
    ...neighborConverters,
    ...neuralNetworkConverters,
    ...radiusNeighborConverters,
    ...svmConverters,
  }),
);
