import { badFile } from '../../formats/errors.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { joined } from './features.js';

/**
 * Steps from the answers of members to those of their ensemble, in TypeScript: behind trees they need no ONNX session, and
 * behind a session no second one.
 */

/** Neighbouring columns of a matrix; `flat`: a single one as a vector. */
export function columnRange(g: GraphBuilder, matrix: Ref, from: number, to: number, flat = false): Ref {
  return g.kernel('columns', {
    inputs: [matrix],
    params: { from, to, flat },
    outputs: [{ type: 'f64', shape: flat ? [-1] : [-1, to - from] }],
  })[0];
}

/** Numbers of any type as float64: XGBoost answers float32, labels are whole numbers. */
export function float64(g: GraphBuilder, x: Ref): Ref {
  if (x.type === 'f64') return x;
  return x.type === 'i64' ? g.cast(x, 'f64') : columnRange(g, x, 0, x.shape[1] ?? 1, x.shape.length === 1);
}

/** Vectors and matrices side by side. */
export function sideBySide(g: GraphBuilder, parts: readonly Ref[]): Ref {
  return parts.length === 1 && parts[0].shape.length === 2 ? parts[0] : joined(g, parts, 'f64');
}

/** Values of one shape, each times its weight, added up and divided. */
export function weightedSum(g: GraphBuilder, parts: readonly Ref[], weights: Float64Array, divideBy: number): Ref {
  const { shape } = parts[0];
  if (parts.some(part => `${part.shape}` !== `${shape}`))
    throw badFile('members of one ensemble differ in their answers');
  return g.kernel('weighted-sum', {
    inputs: parts,
    params: { divideBy },
    arrays: { weights },
    outputs: [{ type: 'f64', shape }],
  })[0];
}

export function mean(g: GraphBuilder, parts: readonly Ref[]): Ref {
  return parts.length === 1 ? parts[0] : weightedSum(g, parts, new Float64Array(parts.length).fill(1), parts.length);
}

/** The first of the largest scores of a row. */
export function argmax(g: GraphBuilder, scores: Ref, last = false): Ref {
  return g.kernel('argmax', { inputs: [scores], params: { last }, outputs: [{ type: 'i32', shape: [-1] }] })[0];
}

/** 1 where a score is above the limit (`inclusive`: or on it), else 0; of any shape. */
export function above(g: GraphBuilder, scores: Ref, limit: number, inclusive = false): Ref {
  const outputs = [{ type: 'i32', shape: scores.shape }] as const;
  return g.kernel('above', { inputs: [scores], params: { limit, inclusive }, outputs })[0];
}

/** Numbers instead of positions 0, 1, ... (i32 [rows]). */
export function renumbered(g: GraphBuilder, positions: Ref, numbers: Int32Array): Ref {
  if (numbers.every((number, position) => number === position)) return positions;
  const outputs = [{ type: 'i32', shape: positions.shape }] as const;
  return g.kernel('labels', { inputs: [positions], arrays: { classes: numbers }, outputs })[0];
}

/** 1 / (1 + exp(-factor x)) or exp(factor x), of any shape. */
export function transformed(g: GraphBuilder, x: Ref, name: 'sigmoid' | 'exp', factor = 1): Ref {
  return g.kernel('transform', { inputs: [x], params: { name, factor }, outputs: [x] })[0];
}

/** [1 - p, p] for the probability p [rows] of the second class. */
export function bothClasses(g: GraphBuilder, p: Ref): Ref {
  return g.kernel('bothClasses', { inputs: [p], outputs: [{ type: 'f64', shape: [-1, 2] }] })[0];
}

/** Probabilities of classes: of two by a score [rows] of the second, else by scores [rows, classes]. */
export function classShares(g: GraphBuilder, scores: Ref, factor = 1): Ref {
  if (scores.shape.length === 1) return bothClasses(g, transformed(g, scores, 'sigmoid', factor));
  return g.kernel('softmax', { inputs: [scores], params: { factor }, outputs: [scores] })[0];
}

/** Columns moved to their places in a wider matrix whose other columns are 0. */
export function spread(g: GraphBuilder, own: Ref, positions: Int32Array, classes: number): Ref {
  return g.kernel('spread-columns', {
    inputs: [own],
    params: { positions: [...positions], columns: classes },
    outputs: [{ type: 'f64', shape: [-1, classes] }],
  })[0];
}
