type Names = ReadonlyMap<string, ReadonlySet<string>>;

/** A table of "module: name name ..." as sets. */
function names(table: Readonly<Record<string, string>>): Names {
  return new Map(Object.entries(table).map(([module, list]) => [module, new Set(list.split(' '))]));
}

const BUILTINS = 'slice bytes bytearray complex range object set frozenset list tuple dict int float bool str NoneType';
const MULTIARRAY = '_reconstruct scalar';
const DTYPES =
  'bool bool_ int8 int16 int32 int64 intc int_ intp longlong uint8 uint16 uint32 uint64 uintc uint uintp ulonglong ' +
  'float16 float32 float64 longdouble half single double complex64 complex128 str_ bytes_ object_ void datetime64 ' +
  'timedelta64 generic number integer signedinteger unsignedinteger inexact floating complexfloating flexible character';
/** numpy's functions of whole arrays or of single elements, as FunctionTransformer and selectors hold them. */
const FUNCTIONS =
  'mean median nanmean nanmedian average std var min max amin amax sum prod ptp argmax argmin percentile quantile ' +
  'absolute abs fabs add subtract multiply divide true_divide floor_divide power float_power remainder mod fmod ' +
  'negative positive sign reciprocal exp exp2 expm1 log log1p log2 log10 sqrt square cbrt sin cos tan arcsin arccos ' +
  'arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh degrees radians deg2rad rad2deg floor ceil trunc rint round ' +
  'around round_ fix clip maximum minimum fmax fmin hypot logaddexp isnan isinf isfinite nan_to_num logical_not ' +
  'logical_and logical_or ravel reshape asarray array transpose squeeze diff cumsum unique dot ones_like zeros_like';
const SPECIAL = 'expit logit erf erfinv log1p expm1 boxcox boxcox1p inv_boxcox inv_boxcox1p';
const SPARSE_FORMATS = ['csr', 'csc', 'coo', 'dia', 'lil', 'dok', 'bsr'];

/** Everything outside scikit-learn: arrays, Python's own types, random states, column names, XGBoost and LightGBM. */
export const OTHER_NAMES: Names = names({
  numpy: `dtype ndarray memmap matrix ${DTYPES} ${FUNCTIONS}`,
  'numpy.core.multiarray': MULTIARRAY,
  'numpy._core.multiarray': MULTIARRAY,
  'numpy.core.numeric': '_frombuffer',
  'numpy._core.numeric': '_frombuffer',
  'numpy.core._multiarray_umath': FUNCTIONS,
  'numpy._core._multiarray_umath': FUNCTIONS,
  'numpy.core.fromnumeric': FUNCTIONS,
  'numpy._core.fromnumeric': FUNCTIONS,
  'numpy.lib.function_base': FUNCTIONS,
  'numpy.ma': 'MaskedArray',
  'numpy.ma.core': '_mareconstruct MaskedArray',
  'numpy.random': 'RandomState Generator',
  'numpy.random._pickle': '__randomstate_ctor __bit_generator_ctor __generator_ctor',
  'numpy.random.mtrand': 'RandomState',
  'numpy.random._mt19937': 'MT19937',
  'numpy.random._pcg64': 'PCG64 PCG64DXSM',
  'numpy.random._philox': 'Philox',
  'numpy.random._sfc64': 'SFC64',
  'numpy.random._generator': 'Generator',
  'numpy.random.bit_generator': 'SeedSequence __pyx_unpickle_SeedSequence',
  'numpy.random._bit_generator': 'SeedSequence __pyx_unpickle_SeedSequence',
  'joblib.numpy_pickle': 'NumpyArrayWrapper',
  ...Object.fromEntries(
    SPARSE_FORMATS.flatMap(format => [
      [`scipy.sparse._${format}`, `${format}_matrix ${format}_array`],
      [`scipy.sparse.${format}`, `${format}_matrix`],
    ]),
  ),
  'scipy.interpolate._bsplines': 'BSpline',
  'scipy.interpolate._interpolate': 'interp1d',
  'scipy.interpolate.interpolate': 'interp1d',
  'scipy._lib.array_api_compat.numpy._aliases': 'asarray',
  'scipy.special._ufuncs': SPECIAL,
  'scipy.special._special_ufuncs': SPECIAL,
  builtins: BUILTINS,
  collections: 'OrderedDict defaultdict',
  copyreg: '_reconstructor',
  _codecs: 'encode',
  functools: 'partial',
  pandas: 'Index StringDtype',
  'pandas._libs.arrays': '__pyx_unpickle_NDArrayBacked',
  'pandas.arrays': 'StringArray',
  'pandas.core.indexes.base': '_new_Index Index',
  'pandas.core.indexes.range': 'RangeIndex',
  'xgboost.callback': 'EarlyStopping EvaluationMonitor LearningRateScheduler TrainingCallback TrainingCheckPoint',
  'xgboost.core': 'Booster',
  'xgboost.sklearn': 'XGBClassifier XGBRegressor XGBRanker XGBRFClassifier XGBRFRegressor',
  'xgboost.compat': 'XGBoostLabelEncoder',
  'lightgbm.basic': 'Booster',
  'lightgbm.sklearn': 'LGBMClassifier LGBMRegressor LGBMRanker',
});

const LOSSES =
  'CyLossFunction CyHalfSquaredError CyAbsoluteError CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss ' +
  'CyHalfTweedieLoss CyHalfTweedieLossIdentity CyHalfBinomialLoss CyHalfMultinomialLoss CyExponentialLoss';
const LOSS_NAMES = `${LOSSES} ${LOSSES.replaceAll('Cy', '__pyx_unpickle_Cy')}`;
const SGD_LOSSES =
  'LossFunction Regression Classification ModifiedHuber Hinge SquaredHinge Log SquaredLoss Huber EpsilonInsensitive ' +
  'SquaredEpsilonInsensitive';

/** Scores, which a fitted search holds as its scorer. */
const CLASSIFICATION_SCORES =
  'accuracy_score balanced_accuracy_score brier_score_loss cohen_kappa_score d2_brier_score d2_log_loss_score f1_score ' +
  'fbeta_score hamming_loss hinge_loss jaccard_score log_loss matthews_corrcoef precision_score recall_score zero_one_loss';
const RANKING_SCORES =
  'average_precision_score roc_auc_score top_k_accuracy_score ndcg_score dcg_score coverage_error label_ranking_loss ' +
  'label_ranking_average_precision_score';
const REGRESSION_SCORES =
  'd2_absolute_error_score d2_pinball_score d2_tweedie_score explained_variance_score max_error mean_absolute_error ' +
  'mean_absolute_percentage_error mean_gamma_deviance mean_pinball_loss mean_poisson_deviance mean_squared_error ' +
  'mean_squared_log_error mean_tweedie_deviance median_absolute_error r2_score root_mean_squared_error root_mean_squared_log_error';
const CLUSTER_SCORES =
  'adjusted_mutual_info_score adjusted_rand_score completeness_score fowlkes_mallows_score homogeneity_score ' +
  'mutual_info_score normalized_mutual_info_score rand_score v_measure_score';
/** Kernels and distances as parameters. */
const PAIRWISE =
  'additive_chi2_kernel chi2_kernel cosine_distances cosine_similarity euclidean_distances haversine_distances ' +
  'laplacian_kernel linear_kernel manhattan_distances nan_euclidean_distances pairwise_distances pairwise_kernels ' +
  'polynomial_kernel rbf_kernel sigmoid_kernel';

/** Single names of scikit-learn: compiled classes, private helpers and functions that fitted estimators hold. */
export const SKLEARN_NAMES: Names = names({
  _loss: LOSS_NAMES,
  'sklearn._loss._loss': LOSS_NAMES,
  'sklearn.calibration': '_CalibratedClassifier _SigmoidCalibration _TemperatureScaling',
  'sklearn.cluster._birch': '_CFNode _CFSubcluster',
  'sklearn.cluster._bisect_k_means': '_BisectingTree',
  'sklearn.cluster._kmeans': '_kmeans_single_lloyd _kmeans_single_elkan lloyd_iter_chunked_dense',
  'sklearn.compose._column_transformer': 'make_column_selector _RemainderColsList',
  'sklearn.covariance._graph_lasso': '_DictWithDeprecatedKeys',
  'sklearn.decomposition._fastica': '_logcosh _exp _cube',
  'sklearn.ensemble._hist_gradient_boosting.binning': '_BinMapper',
  'sklearn.feature_selection._mutual_info': 'mutual_info_classif mutual_info_regression',
  'sklearn.feature_selection._univariate_selection': 'f_classif f_regression r_regression chi2 f_oneway',
  'sklearn.gaussian_process._gpc': '_BinaryGaussianProcessClassifierLaplace',
  'sklearn.impute._iterative': '_ImputerTriplet',
  'sklearn.linear_model._ridge': '_IdentityRegressor _IdentityClassifier _RidgeGCV',
  'sklearn.linear_model._sgd_fast': `${SGD_LOSSES} ${SGD_LOSSES.replaceAll(/\b(?=[A-Z])/g, '__pyx_unpickle_')}`,
  'sklearn.metrics._scorer':
    '_Scorer _PredictScorer _ProbaScorer _ThresholdScorer _PassthroughScorer _MultimetricScorer _BaseScorer _CurveScorer _passthrough_scorer positive_likelihood_ratio negative_likelihood_ratio',
  'sklearn.metrics._classification': CLASSIFICATION_SCORES,
  'sklearn.metrics._dist_metrics': 'newObj',
  'sklearn.metrics._ranking': RANKING_SCORES,
  'sklearn.metrics._regression': REGRESSION_SCORES,
  'sklearn.metrics.cluster._supervised': CLUSTER_SCORES,
  'sklearn.metrics.pairwise': PAIRWISE,
  'sklearn.model_selection._classification_threshold': '_CurveScorer',
  'sklearn.model_selection._split': '_CVIterableWrapper',
  'sklearn.multiclass': '_ConstantPredictor',
  'sklearn.neighbors._ball_tree': 'newObj BallTree BallTree32 BallTree64',
  'sklearn.neighbors._dist_metrics': 'newObj',
  'sklearn.neighbors._graph': 'kneighbors_graph radius_neighbors_graph',
  'sklearn.neighbors._kd_tree': 'newObj KDTree KDTree32 KDTree64',
  'sklearn.tree._tree': 'Tree',
  'sklearn.utils': 'Bunch',
  'sklearn.utils._bunch': 'Bunch',
  'sklearn.utils._metadata_requests': 'MetadataRequest MethodMetadataRequest',
  'sklearn.utils.validation': 'check_array',
});

const CLASS_MODULES: Readonly<Record<string, string>> = {
  '': 'calibration discriminant_analysis dummy isotonic kernel_approximation kernel_ridge multiclass multioutput naive_bayes pipeline random_projection',
  _loss: 'link loss glm_distribution',
  cluster:
    '_affinity_propagation _agglomerative _bicluster _birch _bisect_k_means _dbscan _hdbscan.hdbscan _kmeans _mean_shift _optics _spectral',
  compose: '_column_transformer _target',
  covariance: '_elliptic_envelope _empirical_covariance _graph_lasso _robust_covariance _shrunk_covariance',
  cross_decomposition: '_pls',
  decomposition:
    '_dict_learning _factor_analysis _fastica _incremental_pca _kernel_pca _lda _nmf _pca _sparse_pca _truncated_svd',
  ensemble:
    '_bagging _forest _gb _gb_losses _iforest _stacking _voting _weight_boosting _hist_gradient_boosting.gradient_boosting ' +
    '_hist_gradient_boosting.predictor _hist_gradient_boosting.loss',
  feature_extraction: '_dict_vectorizer _hash image text',
  feature_selection: '_from_model _rfe _sequential _univariate_selection _variance_threshold',
  frozen: '_frozen',
  gaussian_process: '_gpc _gpr kernels',
  impute: '_base _iterative _knn',
  linear_model:
    '_base _bayes _coordinate_descent _glm.glm _glm.link _huber _least_angle _logistic _omp _passive_aggressive _perceptron ' +
    '_quantile _ransac _ridge _stochastic_gradient _theil_sen',
  manifold: '_classical_mds _isomap _locally_linear _mds _spectral_embedding _t_sne',
  metrics: '_dist_metrics',
  mixture: '_bayesian_mixture _gaussian_mixture',
  model_selection: '_classification_threshold _search _search_successive_halving _split',
  neighbors: '_classification _dist_metrics _graph _kde _lof _nca _nearest_centroid _regression _unsupervised',
  neural_network: '_multilayer_perceptron _rbm _stochastic_optimizers',
  preprocessing: '_data _discretization _encoders _function_transformer _label _polynomial _target_encoder',
  semi_supervised: '_label_propagation _self_training',
  svm: '_classes',
  tree: '_classes',
};

/** Modules of scikit-learn whose public classes are estimators or parts of them: any capitalised name is a class. */
export const SKLEARN_CLASS_MODULES: ReadonlySet<string> = new Set(
  Object.entries(CLASS_MODULES).flatMap(([folder, modules]) =>
    modules.split(' ').map(module => (folder === '' ? `sklearn.${module}` : `sklearn.${folder}.${module}`)),
  ),
);
