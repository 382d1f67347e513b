import { badFile } from '../../formats/errors.js';
import {
  asArray,
  asBool,
  asFloat64,
  asInt,
  asInt32,
  asNumber,
  asString,
  attr,
  optionalAttr,
  type Place,
} from '../../formats/pickle/access.js';
import { asSparse, isSparse } from '../../formats/pickle/sparse.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { columnMeans, denseMatrix, largestSquare, type Matrix, transposed, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, shortName, unsupported } from './estimator.js';
import type { Features } from './features.js';
import { readLabels } from './labels.js';
import type { Methods } from './methods.js';
import { radialKernel } from './radial-kernel.js';
import { radialShortcut } from './svc-shortcut.js';

/** libsvm's machines. `_dual_coef_`, `_intercept_` and `_gamma` are libsvm's own; the public ones are negated for two classes. */
export const svmConverters: Record<string, EstimatorConverter> = {
  SVC: convertClassifier,
  NuSVC: convertClassifier,
  SVR: convertRegressor,
  NuSVR: convertRegressor,
  OneClassSVM: convertOneClass,
};

/** Of gamma * |s|^2. */
const CENTRE_FROM = 1e3;

/** The support vectors, as they are stored, dense or sparse, and - but for the linear kernel - dense. */
interface Vectors {
  readonly place: Place;
  readonly dense: Matrix | undefined;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The kernel of each row with the support vectors, times weights [vectors, n], plus intercepts [n]: [rows, n]. With the linear
 * kernel both products are one, for which sparse features and vectors stay sparse.
 */
function weightedKernel(
  g: GraphBuilder,
  estimator: Place,
  features: Features,
  vectors: Vectors,
  weights: Matrix,
  intercepts: Float64Array,
): Ref {
  if (vectors.dense === undefined) return features.product(linearWeights(vectors, weights), intercepts);
  const kernel = kernelMatrix(g, estimator, features.matrix(), vectors.dense);
  return g.linear(kernel, g.matrix(weights.data, weights.rows, weights.columns), g.constant(intercepts));
}

/** vectors.T @ weights */
function linearWeights({ place, rows, columns }: Vectors, weights: Matrix): Matrix {
  const n = weights.columns;
  const data = new Float64Array(columns * n);
  const add = (row: number, column: number, value: number) => {
    for (let i = 0; i < n; i++) data[column * n + i] += value * weights.data[row * n + i];
  };
  if (isSparse(place)) {
    const { rows: at, columns: columnOf, values } = asSparse(place);
    values.forEach((value, k) => {
      add(at[k], columnOf[k], value);
    });
  } else {
    const { data: values } = denseMatrix(place);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) add(row, column, values[row * columns + column]);
  }
  return { data, rows: columns, columns: n };
}

/** Kernel of each row with each support vector: [rows, vectors]. */
function kernelMatrix(g: GraphBuilder, estimator: Place, x: Ref, vectors: Matrix): Ref {
  const kernel = asString(attr(estimator, 'kernel'));
  if (kernel === 'rbf') return radial(g, x, vectors, asNumber(attr(estimator, '_gamma')));
  if (kernel !== 'poly' && kernel !== 'sigmoid') throw unsupported(estimator, `kernel '${kernel}'`);
  const products = g.matmul(x, g.matrix(transposed(vectors).data, vectors.columns, vectors.rows));
  const gamma = asNumber(attr(estimator, '_gamma'));
  const scaled = g.add(g.mul(products, gamma), asNumber(attr(estimator, 'coef0')));
  return kernel === 'sigmoid' ? g.tanh(scaled) : g.pow(scaled, asInt(attr(estimator, 'degree')));
}

/** Far from the origin the expanded square loses digits unless the vectors are centred first. */
function radial(g: GraphBuilder, x: Ref, vectors: Matrix, gamma: number): Ref {
  const origin = new Float64Array(vectors.columns);
  const far = gamma * largestSquare(vectors, origin) > CENTRE_FROM;
  return radialKernel(g, x, vectors, gamma, far ? columnMeans(vectors) : origin, 'f64').kernel;
}

function supportVectors(estimator: Place, features: Features): Vectors {
  const place = attr(estimator, 'support_vectors_');
  const { shape } = isSparse(place) ? asSparse(place) : asArray(place);
  if (shape.length !== 2 || shape[1] !== features.width) {
    throw badFile(`${place.path}: expected ${features.width} columns, got shape [${shape}]`);
  }
  const linear = asString(attr(estimator, 'kernel')) === 'linear';
  return { place, dense: linear ? undefined : denseMatrix(place), rows: shape[0], columns: shape[1] };
}

function convertClassifier({ g }: Conversion, estimator: Place, features: Features): Methods {
  const vectors = supportVectors(estimator, features);
  const dual = denseMatrix(attr(estimator, '_dual_coef_'));
  const counts = asInt32(attr(estimator, '_n_support')).data;
  const intercepts = asFloat64(attr(estimator, '_intercept_')).data;
  const labels = readLabels(attr(estimator, 'classes_'));
  const classes = counts.length;
  const pairs = pairsOf(classes);
  checkMachine(estimator, {
    vectors,
    dual,
    counts,
    intercepts: intercepts.length,
    pairs: pairs.length,
    labels: labels.count,
  });

  const weights = pairWeights(dual, counts, pairs, vectors.rows);
  const decisions = weightedKernel(g, estimator, features, vectors, weights, intercepts);
  const shape = [-1, classes];
  const [votes, scores] = g.kernel('svc-votes', {
    inputs: [decisions],
    params: { classes },
    outputs: [
      { type: 'f64', shape },
      { type: 'f64', shape },
    ],
  });
  const byPair = optionalAttr(estimator, 'decision_function_shape')?.value === 'ovo';
  const breakTies = classes > 2 && !byPair && asBool(attr(estimator, 'break_ties'));
  const [index] = g.kernel('argmax', {
    inputs: [breakTies ? scores : votes],
    outputs: [{ type: 'i32', shape: [-1] }],
  });
  const radial = asString(attr(estimator, 'kernel')) === 'rbf' && !breakTies;
  const shortcut = radial
    ? radialShortcut(g, features.matrix(), {
        vectors: vectors.dense!,
        gamma: asNumber(attr(estimator, '_gamma')),
        weights,
        intercepts,
        classes,
      })
    : undefined;
  return {
    predict: { kind: 'class', index, labels, shortcut },
    decisionFunction: classes === 2 ? g.neg(g.pick(decisions, 0)) : byPair ? decisions : scores,
    predictProba: probabilities(g, estimator, decisions, classes),
    missing: false,
  };
}

/** Platt's sigmoid per pair and libsvm's coupling of the pairs, when the machine was fitted with probabilities. */
function probabilities(g: GraphBuilder, estimator: Place, decisions: Ref, classes: number): Ref | undefined {
  const a = optionalAttr(estimator, '_probA');
  if (a === undefined || asFloat64(a).data.length === 0) return undefined;
  const arrays = { a: asFloat64(a).data, b: asFloat64(attr(estimator, '_probB')).data };
  const pairs = decisions.shape[1];
  if (arrays.a.length !== pairs || arrays.b.length !== pairs)
    throw badFile(`${a.path}: expected ${pairs} values, got ${arrays.a.length}`);
  const [shares] = g.kernel('svc-coupling', {
    inputs: [decisions],
    params: { classes },
    arrays,
    outputs: [{ type: 'f64', shape: [-1, classes] }],
  });
  return shares;
}

function convertRegressor({ g }: Conversion, estimator: Place, features: Features): Methods {
  return { predict: { kind: 'value', value: singleMachine(g, estimator, features), datatype: 'FP64' }, missing: false };
}

function convertOneClass({ g }: Conversion, estimator: Place, features: Features): Methods {
  const decisionFunction = singleMachine(g, estimator, features);
  const offset = asFloat64(attr(estimator, 'offset_')).data[0];
  const value = g.where(g.greater(decisionFunction, 0), 1, -1);
  return {
    predict: { kind: 'value', value, datatype: 'INT64' },
    decisionFunction,
    scoreSamples: g.add(decisionFunction, offset),
    missing: false,
  };
}

function singleMachine(g: GraphBuilder, estimator: Place, features: Features): Ref {
  const vectors = supportVectors(estimator, features);
  const dual = denseMatrix(attr(estimator, '_dual_coef_'));
  if (dual.rows !== 1 || dual.columns !== vectors.rows) {
    throw badFile(
      `${estimator.path}._dual_coef_: expected shape [1,${vectors.rows}], got [${dual.rows},${dual.columns}]`,
    );
  }
  const weights = { data: dual.data, rows: vectors.rows, columns: 1 };
  const intercepts = vectorOf(attr(estimator, '_intercept_'), 1);
  return g.pick(weightedKernel(g, estimator, features, vectors, weights, intercepts), 0);
}

type Pair = readonly [i: number, j: number];

function pairsOf(classes: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i < classes; i++) for (let j = i + 1; j < classes; j++) pairs.push([i, j]);
  return pairs;
}

/** One column per pair (i, j): the vectors of class i with row j - 1 of the coefficients, those of class j with row i. */
function pairWeights(dual: Matrix, counts: Int32Array, pairs: readonly Pair[], vectors: number): Matrix {
  const starts = [0];
  for (const count of counts) starts.push(starts[starts.length - 1] + count);
  const weights = new Float64Array(vectors * pairs.length);
  pairs.forEach(([i, j], pair) => {
    for (let s = starts[i]; s < starts[i + 1]; s++) weights[s * pairs.length + pair] = dual.data[(j - 1) * vectors + s];
    for (let s = starts[j]; s < starts[j + 1]; s++) weights[s * pairs.length + pair] = dual.data[i * vectors + s];
  });
  return { data: weights, rows: vectors, columns: pairs.length };
}

interface Machine {
  readonly vectors: Vectors;
  readonly dual: Matrix;
  readonly counts: Int32Array;
  readonly intercepts: number;
  readonly pairs: number;
  readonly labels: number;
}

function checkMachine(estimator: Place, { vectors, dual, counts, intercepts, pairs, labels }: Machine): void {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const fits =
    counts.length >= 2 &&
    counts.every(count => count >= 0) &&
    labels === counts.length &&
    total === vectors.rows &&
    dual.rows === counts.length - 1 &&
    dual.columns === vectors.rows &&
    intercepts === pairs;
  if (!fits) throw badFile(`${estimator.path}: the arrays of this ${shortName(estimator)} do not fit each other`);
}
