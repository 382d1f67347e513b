import { clusterConverters } from './cluster.js';
import { covarianceConverters } from './covariance.js';
import { crossDecompositionConverters } from './cross-decomposition.js';
import { decompositionConverters } from './decomposition.js';
import { discriminantConverters } from './discriminant.js';
import { dummyConverters } from './dummy.js';
import type { EstimatorConverter } from './estimator.js';
import { featureAgglomerationConverters } from './feature-agglomeration.js';
import { featureSelectionConverters } from './feature-selection.js';
import { gaussianProcessConverters } from './gaussian-process.js';
import { isotonicConverters } from './isotonic.js';
import { kernelMethodConverters } from './kernel-methods.js';
import { linearClassifierConverters } from './linear-classifiers.js';
import { linearRegressorConverters } from './linear-regressors.js';
import { mixtureConverters } from './mixture.js';
import { naiveBayesConverters } from './naive-bayes.js';
import { nearestCentroidConverters } from './nearest-centroid.js';
import { neighborConverters } from './neighbors.js';
import { neuralNetworkConverters } from './neural-network.js';
import { radiusNeighborConverters } from './radius-neighbors.js';
import { svmConverters } from './svm.js';

/** Every class of scikit-learn that can be served, by its short name. One entry per family of estimators. */
export const converters: ReadonlyMap<string, EstimatorConverter> = new Map(
  Object.entries({
    ...clusterConverters,
    ...covarianceConverters,
    ...crossDecompositionConverters,
    ...decompositionConverters,
    ...discriminantConverters,
    ...dummyConverters,
    ...featureAgglomerationConverters,
    ...featureSelectionConverters,
    ...gaussianProcessConverters,
    ...isotonicConverters,
    ...kernelMethodConverters,
    ...linearClassifierConverters,
    ...linearRegressorConverters,
    ...mixtureConverters,
    ...naiveBayesConverters,
    ...nearestCentroidConverters,
    ...neighborConverters,
    ...neuralNetworkConverters,
    ...radiusNeighborConverters,
    ...svmConverters,
  }),
);
