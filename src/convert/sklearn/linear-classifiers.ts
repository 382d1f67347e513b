import { asString, attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Conversion, type EstimatorConverter, isSince, textParameter } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import { flattened, linearScores } from './linear-map.js';
import type { Methods } from './methods.js';
import { checkScores, classByScore, labelsByScore, normalised, twoShares } from './scores.js';

/** Classifiers that choose by x @ coef_.T + intercept_; two classes share one row of coefficients. */
export const linearClassifierConverters: Record<string, EstimatorConverter> = {
  LinearSVC: (conversion, estimator, features) => scored(conversion, estimator, features).methods,
  Perceptron: (conversion, estimator, features) => scored(conversion, estimator, features).methods,
  PassiveAggressiveClassifier: (conversion, estimator, features) => scored(conversion, estimator, features).methods,
  LogisticRegression: convertLogistic,
  LogisticRegressionCV: convertLogistic,
  SGDClassifier: convertStochastic,
  RidgeClassifier: convertRidge,
  RidgeClassifierCV: convertRidge,
};

interface Scored {
  readonly scores: Ref;
  readonly labels: Labels;
  readonly methods: Methods;
}

function scored({ g }: Conversion, estimator: Place, features: Features): Scored {
  const { scores: matrix, datatype } = linearScores(g, estimator, features);
  const scores = flattened(g, matrix);
  const labels = readLabels(attr(estimator, 'classes_'));
  checkScores(estimator, scores, labels);
  const predict = classByScore(g, scores, labels);
  return { scores, labels, methods: { predict, decisionFunction: scores, precision: datatype, missing: false } };
}

function convertLogistic(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const { scores, labels, methods } = scored(conversion, estimator, features);
  const oneVsRest = isOneVsRest(estimator, labels.count);
  const predictProba = oneVsRest ? sigmoidShares(g, estimator, scores) : softmaxShares(g, scores);
  return { ...methods, predictProba };
}

/** How the fitted `multi_class` reads: since 1.8 only two classes are answered by a sigmoid. */
function isOneVsRest(estimator: Place, classes: number): boolean {
  if (isSince(estimator, 1, 8)) return classes <= 2;
  const multiClass = textParameter(estimator, 'multi_class', 'auto');
  if (multiClass === 'ovr' || multiClass === 'warn') return true;
  if (multiClass !== 'auto' && multiClass !== 'deprecated') return false;
  const solver = asString(attr(estimator, 'solver'));
  // newton-cholesky came with 1.2 and learned the multinomial loss in 1.6.
  return classes <= 2 || solver === 'liblinear' || (solver === 'newton-cholesky' && !isSince(estimator, 1, 6));
}

/** A sigmoid per class, divided by their sum. Up to 1.8 rows whose sigmoids are all 0 were divided by 0. */
function sigmoidShares(g: GraphBuilder, estimator: Place, scores: Ref): Ref {
  const p = g.sigmoid(scores);
  if (p.shape.length === 1) return twoShares(g, p);
  return normalised(g, p, isSince(estimator, 1, 9) ? 1 / p.shape[1] : Number.NaN);
}

/** Two classes have one score, which counts for the second and against the first. */
function softmaxShares(g: GraphBuilder, scores: Ref): Ref {
  return g.softmax(scores.shape.length === 1 ? g.columnStack([g.neg(scores), scores]) : scores);
}

function convertStochastic(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const { scores, methods } = scored(conversion, estimator, features);
  const loss = asString(attr(estimator, 'loss'));
  if (loss === 'log_loss' || loss === 'log') return { ...methods, predictProba: sigmoidShares(g, estimator, scores) };
  if (loss !== 'modified_huber') return methods;
  const p = g.div(g.add(g.clip(scores, -1, 1), 1), 2);
  return { ...methods, predictProba: p.shape.length === 1 ? twoShares(g, p) : normalised(g, p, 1 / p.shape[1]) };
}

/** Regresses on -1 and 1 per class. Each column is a label of its own when it was fitted on several labels a row. */
function convertRidge({ g }: Conversion, estimator: Place, features: Features): Methods {
  const { scores: matrix, datatype } = linearScores(g, estimator, features);
  const scores = flattened(g, matrix);
  const binarizer = attr(estimator, '_label_binarizer');
  const answers = { decisionFunction: scores, precision: datatype, missing: false };
  if (asString(attr(binarizer, 'y_type_')).startsWith('multilabel')) {
    return { ...answers, predict: labelsByScore(g, scores) };
  }
  // classes_ is computed from the binarizer up to 1.8.
  const labels = readLabels(optionalAttr(estimator, 'classes_') ?? attr(binarizer, 'classes_'));
  checkScores(estimator, scores, labels);
  return { ...answers, predict: classByScore(g, scores, labels) };
}
