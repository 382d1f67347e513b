import { adaBoostConverters } from './ada-boost.js';
import { baggingConverters } from './bagging.js';
import { boosterConverters } from './boosters.js';
import { calibrationConverters } from './calibration.js';
import { clusterConverters } from './cluster.js';
import { columnTransformerConverters } from './column-transformer.js';
import { covarianceConverters } from './covariance.js';
import { crossDecompositionConverters } from './cross-decomposition.js';
import { decompositionConverters } from './decomposition.js';
import { discretizerConverters } from './discretizer.js';
import { discriminantConverters } from './discriminant.js';
import { distributionConverters } from './distribution.js';
import { dummyConverters } from './dummy.js';
import { encoderConverters } from './encoders.js';
import type { EstimatorConverter } from './estimator.js';
import { featureAgglomerationConverters } from './feature-agglomeration.js';
import { featureSelectionConverters } from './feature-selection.js';
import { functionTransformerConverters } from './function-transformer.js';
import { gaussianProcessConverters } from './gaussian-process.js';
import { gradientBoostingConverters } from './gradient-boosting.js';
import { histGradientBoostingConverters } from './hist-gradient-boosting.js';
import { imputerConverters } from './imputers.js';
import { isolationForestConverters } from './isolation-forest.js';
import { isotonicConverters } from './isotonic.js';
import { iterativeImputerConverters } from './iterative-imputer.js';
import { kernelApproximationConverters } from './kernel-approximation.js';
import { kernelMethodConverters } from './kernel-methods.js';
import { labelTransformerConverters } from './label-transformers.js';
import { linearClassifierConverters } from './linear-classifiers.js';
import { linearRegressorConverters } from './linear-regressors.js';
import { mixtureConverters } from './mixture.js';
import { modelSelectionConverters } from './model-selection.js';
import { multiclassConverters } from './multiclass.js';
import { multioutputConverters } from './multioutput.js';
import { naiveBayesConverters } from './naive-bayes.js';
import { nearestCentroidConverters } from './nearest-centroid.js';
import { neighborConverters } from './neighbors.js';
import { neuralNetworkConverters } from './neural-network.js';
import { pipelineConverters } from './pipeline.js';
import { polynomialConverters } from './polynomial.js';
import { radiusNeighborConverters } from './radius-neighbors.js';
import { scalingConverters } from './scaling.js';
import { splineConverters } from './spline.js';
import { stackingConverters } from './stacking.js';
import { svmConverters } from './svm.js';
import { targetConverters } from './target.js';
import { targetEncoderConverters } from './target-encoder.js';
import { vectorizerConverters } from './text/vectorizers.js';
import { thresholdClassifierConverters } from './threshold-classifiers.js';
import { treeConverters } from './trees.js';
import { votingConverters } from './voting.js';

/** Every class that can be served: of scikit-learn by its short name, of other libraries by its full name. */
export const converters: ReadonlyMap<string, EstimatorConverter> = new Map(
  Object.entries({
    ...adaBoostConverters,
    ...baggingConverters,
    ...boosterConverters,
    ...calibrationConverters,
    ...clusterConverters,
    ...columnTransformerConverters,
    ...covarianceConverters,
    ...crossDecompositionConverters,
    ...decompositionConverters,
    ...discretizerConverters,
    ...discriminantConverters,
    ...distributionConverters,
    ...dummyConverters,
    ...encoderConverters,
    ...featureAgglomerationConverters,
    ...featureSelectionConverters,
    ...functionTransformerConverters,
    ...gaussianProcessConverters,
    ...gradientBoostingConverters,
    ...histGradientBoostingConverters,
    ...imputerConverters,
    ...isolationForestConverters,
    ...isotonicConverters,
    ...iterativeImputerConverters,
    ...kernelApproximationConverters,
    ...kernelMethodConverters,
    ...labelTransformerConverters,
    ...linearClassifierConverters,
    ...linearRegressorConverters,
    ...mixtureConverters,
    ...modelSelectionConverters,
    ...multiclassConverters,
    ...multioutputConverters,
    ...naiveBayesConverters,
    ...nearestCentroidConverters,
    ...neighborConverters,
    ...neuralNetworkConverters,
    ...pipelineConverters,
    ...polynomialConverters,
    ...radiusNeighborConverters,
    ...scalingConverters,
    ...splineConverters,
    ...stackingConverters,
    ...svmConverters,
    ...targetConverters,
    ...targetEncoderConverters,
    ...thresholdClassifierConverters,
    ...treeConverters,
    ...vectorizerConverters,
    ...votingConverters,
  }),
);
