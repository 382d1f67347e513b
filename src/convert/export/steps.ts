import type { AboveParams, SoftmaxParams, TransformName, TransformParams } from '../../kernels/transforms.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { inFloat64, type Lowering } from './lowering.js';
import { lowerTrees } from './trees.js';

const TRANSFORMS: Readonly<Record<TransformName, (g: GraphBuilder, x: Ref) => Ref>> = {
  sigmoid: (g, x) => g.sigmoid(x),
  exp: (g, x) => g.exp(x),
  log1pExp: (g, x) => g.add(g.maximum(x, 0), g.log(g.add(g.exp(g.neg(g.abs(x))), 1))),
  signedSquare: (g, x) => g.mul(g.sign(x), g.square(x)),
  positive: (g, x) => g.where(g.greater(x, 0), 1, g.mul(x, 0)),
};

const transform: Lowering = (g, { inputs: [x], params }) => {
  const { name, factor } = params as TransformParams;
  return [inFloat64(g, x, value => TRANSFORMS[name](g, factor === 1 ? value : g.mul(value, factor)))];
};

const softmax: Lowering = (g, { inputs: [x], params }) => {
  const { factor = 1 } = params as SoftmaxParams;
  return [inFloat64(g, x, value => g.softmax(factor === 1 ? value : g.mul(value, factor)))];
};

const above: Lowering = (g, { inputs: [x], params }) => {
  const { limit, inclusive = false } = params as AboveParams;
  const value = g.cast(x, 'f64');
  return [g.cast(inclusive ? g.greaterOrEqual(value, limit) : g.greater(value, limit), 'i32')];
};

const bothClasses: Lowering = (g, { inputs: [p] }) => [
  inFloat64(g, p, value => g.columnStack([g.sub(1, value), value])),
];

const argmax: Lowering = (g, { inputs: [scores], params: { last = false, column = false } }) => {
  const attributes = { axis: 1, keepdims: column ? 1 : 0, select_last_index: last ? 1 : 0 };
  return [g.cast(g.onnx('ArgMax', [scores], { type: 'i64', shape: column ? [-1, 1] : [-1] }, attributes), 'i32')];
};

const labels: Lowering = (g, { inputs: [positions], params: { texts, booleans = false }, arrays: { classes } }) => {
  if (texts !== undefined) return [textAt(g, positions, texts)];
  const values = g.gather(g.constant(classes), positions);
  return [booleans ? g.cast(values, 'bool') : values];
};

const labelColumns: Lowering = (g, { inputs, params: { texts, booleans }, arrays }) => {
  const columns = inputs.map((position, i) => {
    const [column] = labels(g, {
      inputs: [position],
      params: { texts: texts?.[i], booleans },
      arrays: texts === undefined ? { classes: arrays[i] } : {},
    });
    return column;
  });
  return [g.columnStack(columns)];
};

function textAt(g: GraphBuilder, positions: Ref, texts: readonly string[]): Ref {
  const attributes = { keys_int64s: [...texts.keys()], values_strings: { strings: texts } };
  const value = { type: 'str', shape: positions.shape } as const;
  return g.onnx('LabelEncoder', [g.cast(positions, 'i64')], value, attributes, 'ai.onnx.ml');
}

const join: Lowering = (g, { inputs, params: { type } }) => [
  g.columnStack(inputs.map(input => (type === 'str' ? input : g.cast(input, type)))),
];

const columns: Lowering = (g, { inputs: [matrix], params: { from, to, flat } }) => {
  const taken = g.take(
    matrix,
    Array.from({ length: to - from }, (_, i) => from + i),
  );
  return [flat ? g.reshape(taken, [-1]) : taken];
};

const spreadColumns: Lowering = (g, { inputs: [matrix], params: { positions, columns: width } }) => {
  const own = matrix.shape[1];
  const padded = g.onnx('Pad', [matrix, g.ints(0, 0, 0, 1)], { type: 'f64', shape: [-1, own + 1] });
  const from = Array.from({ length: width }, (_, column) => (positions as number[]).indexOf(column));
  return [
    g.take(
      padded,
      from.map(column => (column < 0 ? own : column)),
    ),
  ];
};

const normaliseRows: Lowering = (g, { inputs: [shares], params: { whenZero } }) => {
  const sum = g.sum(shares, 1, true);
  return [g.where(g.equal(sum, 0), whenZero, g.div(shares, sum))];
};

const weightedSum: Lowering = (g, { inputs, params: { divideBy }, arrays }) => {
  const weights = arrays.weights as Float64Array;
  const parts = inputs.map((input, i) => (weights[i] === 1 ? input : g.mul(input, weights[i])));
  const sum = parts.reduce((total, part) => g.add(total, part));
  return [divideBy === 1 ? sum : g.div(sum, divideBy)];
};

const tally: Lowering = (g, { inputs, params: { classes, otherwise, divideBy }, arrays }) => {
  const all = g.constant(
    Int32Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  );
  const parts = Array.from(arrays.weights as Float64Array, (weight, i) =>
    g.where(g.equal(g.reshape(inputs[i], [-1, 1]), all), weight, otherwise * weight),
  );
  return [
    g.div(
      parts.reduce((total, part) => g.add(total, part)),
      divideBy,
    ),
  ];
};

const difference: Lowering = (g, { inputs: [scores] }) => [g.sub(g.pick(scores, 1), g.pick(scores, 0))];

const isolationScore: Lowering = (g, { inputs: [lengths], params: { ordinary, offset } }) => {
  const path = ordinary === 0 ? g.add(g.mul(lengths, 0), 1) : g.div(lengths, ordinary);
  const score = g.neg(g.pow(2, g.neg(path)));
  return [score, g.sub(score, offset)];
};

const scaledSquares: Lowering = (g, { inputs: [x], arrays }) => {
  const width = x.shape[1];
  const count = arrays.centres.length / width;
  const apart = g.sub(g.reshape(x, [-1, 1, width]), g.constant(arrays.centres, [1, count, width]));
  return [g.sum(g.mul(g.square(apart), g.constant(arrays.factors, [1, count, width])), 2)];
};

const squareNorm: Lowering = (g, { inputs: [x], arrays }) => {
  const from = (arrays.centre as Float64Array).every(value => value === 0) ? x : g.sub(x, g.constant(arrays.centre));
  return [g.concat([from, g.sum(g.square(from), 1, true)])];
};

/** Votes and summed decisions of the pairs of classes are products with matrices that say which class a pair speaks for. */
const svcVotes: Lowering = (g, { inputs: [decisions], params: { classes } }) => {
  const pairs = decisions.shape[1];
  const signs = new Float64Array(pairs * classes);
  const otherwise = new Float64Array(classes);
  for (let i = 0, pair = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      signs[pair * classes + i] = 1;
      signs[pair * classes + j] = -1;
      otherwise[j] += 1;
    }
  }
  const ahead = g.matrix(signs, pairs, classes);
  const votes = g.linear(g.cast(g.greater(decisions, 0), 'f64'), ahead, g.constant(otherwise));
  const sums = g.matmul(decisions, ahead);
  return [votes, g.add(votes, g.div(sums, g.mul(g.add(g.abs(sums), 1), 3)))];
};

/** How each kernel of a plan is said in ONNX; the others have no such form. */
export const lowerings: ReadonlyMap<string, Lowering> = new Map(
  Object.entries({
    above,
    argmax,
    bothClasses,
    columns,
    difference,
    'isolation-score': isolationScore,
    join,
    'label-columns': labelColumns,
    labels,
    'normalise-rows': normaliseRows,
    'scaled-squares': scaledSquares,
    softmax,
    'spread-columns': spreadColumns,
    'square-norm': squareNorm,
    'svc-votes': svcVotes,
    tally,
    transform,
    trees: lowerTrees,
    'weighted-sum': weightedSum,
  }),
);
