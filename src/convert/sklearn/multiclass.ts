import { badFile } from '../../formats/errors.js';
import { asString, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { denseMatrix } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { type Labels, readLabels } from './labels.js';
import {
  binaryScore,
  chosenClass,
  convertMembers,
  likeMembers,
  type Member,
  memberLabels,
  numberedPositions,
  secondShare,
  takenByAll,
} from './members.js';
import type { Methods, Prediction } from './methods.js';
import { above, argmax, bothClasses, columnRange, sideBySide } from './steps.js';

/** Classifiers of many classes made of classifiers of two. */
export const multiclassConverters: Record<string, EstimatorConverter> = {
  OneVsRestClassifier: convertOneVsRest,
  OneVsOneClassifier: convertOneVsOne,
  OutputCodeClassifier: convertOutputCode,
  _ConstantPredictor: convertConstant,
};

function convertOneVsRest(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const multilabel = targetKind(estimator).startsWith('multilabel');
  const labels = readLabels(attr(attr(estimator, 'label_binarizer_'), 'classes_'));
  const members = convertMembers(conversion, estimator, features);
  const wanted = labels.count === 2 && !multilabel ? 1 : labels.count;
  if (members.length !== wanted)
    throw badFile(`${estimator.path}.estimators_: expected ${wanted} for these classes, got ${members.length}`);
  const scores = members.map(member => binaryScore(g, member));
  const { threshold } = scores[0];
  const score = sideBySide(
    g,
    scores.map(({ score }) => score),
  );
  return {
    predict: oneVsRestPrediction(g, estimator, labels, score, threshold),
    predictProba: oneVsRestShares(g, estimator, members, multilabel),
    decisionFunction: oneVsRestDecision(g, members),
    ...takenByAll(members),
  };
}

/** Among equal scores of several classes the last one wins; since 1.8 the first. */
function oneVsRestPrediction(
  g: GraphBuilder,
  estimator: Place,
  labels: Labels,
  score: Ref,
  threshold: number,
): Prediction {
  const kind = targetKind(estimator);
  if (kind === 'multiclass') return { kind: 'class', index: argmax(g, score, !isSince(estimator, 1, 8)), labels };
  if (kind.startsWith('multilabel')) return { kind: 'value', value: above(g, score, threshold), datatype: 'INT64' };
  const limit = labels.count === 1 ? Number.MAX_VALUE : threshold;
  return { kind: 'class', index: above(g, columnRange(g, score, 0, 1, true), limit), labels };
}

/** 'binary', 'multiclass', 'multilabel-indicator' */
function targetKind(estimator: Place): string {
  return asString(attr(attr(estimator, 'label_binarizer_'), 'y_type_'));
}

/** Rows of zeros stay so; up to 1.6 they were divided by 0. */
function oneVsRestShares(
  g: GraphBuilder,
  estimator: Place,
  members: readonly Member[],
  multilabel: boolean,
): Ref | undefined {
  if (members.some(({ methods }) => methods.predictProba === undefined)) return undefined;
  const shares = members.map(member => secondShare(g, member));
  const width = members.length === 1 ? 2 : members.length;
  const outputs = [{ type: 'f64', shape: [-1, width] }] as const;
  const all = members.length === 1 ? bothClasses(g, shares[0]) : sideBySide(g, shares);
  if (multilabel) return likeMembers(g, all, members);
  const whenZero = isSince(estimator, 1, 7) ? 0 : Number.NaN;
  const [normalised] = g.kernel('normalise-rows', { inputs: [all], params: { whenZero }, outputs });
  return likeMembers(g, normalised, members);
}

function oneVsRestDecision(g: GraphBuilder, members: readonly Member[]): Ref | undefined {
  const decisions = members.flatMap(({ methods }) => methods.decisionFunction ?? []);
  if (decisions.length !== members.length) return undefined;
  return members.length === 1 ? decisions[0] : sideBySide(g, decisions);
}

function convertOneVsOne(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const classes = labels.count;
  const columns = optionalAttr(estimator, 'pairwise_indices_');
  if (columns !== undefined && !isNone(columns)) throw unsupported(estimator, 'a precomputed kernel');
  const members = convertMembers(conversion, estimator, features);
  if (classes < 2 || members.length !== (classes * (classes - 1)) / 2)
    throw badFile(`${estimator.path}.estimators_: ${members.length} estimators do not fit ${classes} classes`);
  const scores = members.map(member => binaryScore(g, member));
  const [votes] = g.kernel('pair-votes', {
    inputs: [...members.map(member => choiceOfTwo(g, member)), ...scores.map(({ score }) => score)],
    params: { classes },
    outputs: [{ type: 'f64', shape: [-1, classes] }],
  });
  if (classes > 2) {
    return {
      predict: { kind: 'class', index: argmax(g, votes), labels },
      decisionFunction: votes,
      ...takenByAll(members),
    };
  }
  const decisionFunction = columnRange(g, votes, 1, 2, true);
  // 1.0 compares with 0 also where scores are probabilities.
  const threshold = isSince(estimator, 1, 1) ? scores[0].threshold : 0;
  return {
    predict: { kind: 'class', index: above(g, decisionFunction, threshold), labels },
    decisionFunction,
    ...takenByAll(members),
  };
}

/** 0 or 1, i32 [rows]; regressors may answer anything else, which is no vote. */
function choiceOfTwo(g: GraphBuilder, member: Member): Ref {
  if (member.methods.predict?.kind === 'value') throw badFile(`${member.place.path}: expected a classifier`);
  return chosenClass(g, member, numberedPositions(member.place, memberLabels(member), 2));
}

function convertOutputCode(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const labels = readLabels(attr(estimator, 'classes_'));
  const book = denseMatrix(attr(estimator, 'code_book_'));
  const members = convertMembers(conversion, estimator, features);
  if (book.rows !== labels.count || book.columns !== members.length)
    throw badFile(
      `${estimator.path}.code_book_: expected shape [${labels.count},${members.length}], got [${book.rows},${book.columns}]`,
    );
  const [index] = g.kernel('nearest-code', {
    inputs: members.map(member => binaryScore(g, member).score),
    arrays: { codes: book.data },
    outputs: [{ type: 'i32', shape: [-1] }],
  });
  return { predict: { kind: 'class', index, labels }, ...takenByAll(members) };
}

/** What stands for a classifier where the rows it was fitted on were all of one class, 0 or 1. */
function convertConstant({ g }: Conversion, estimator: Place): Methods {
  const y = denseMatrix(attr(estimator, 'y_')).data;
  if (y.length !== 1) throw badFile(`${estimator.path}.y_: expected one number, got ${y.length}`);
  const repeated = (row: Float64Array, flat: boolean) =>
    g.kernel('repeat-row', {
      inputs: [],
      params: { flat },
      arrays: { row },
      outputs: [{ type: 'f64', shape: flat ? [-1] : [-1, row.length] }],
    })[0];
  const decisionFunction = repeated(y, true);
  return {
    predict: { kind: 'value', value: decisionFunction, datatype: 'INT64' },
    decisionFunction,
    predictProba: repeated(Float64Array.of(1 - y[0], y[0]), false),
    missing: true,
    infinite: true,
  };
}
