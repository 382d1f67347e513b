import type { SureVotesParams } from '../../kernels/sure-votes.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { columnMeans, largestSquare, type Matrix } from './dense.js';
import type { Shortcut } from './methods.js';
import { radialKernel } from './radial-kernel.js';

/** Votes of the pairs of classes by the radial kernel. */
export interface RadialMachine {
  readonly vectors: Matrix;
  readonly gamma: number;
  /** Per vector and pair of classes. */
  readonly weights: Matrix;
  readonly intercepts: Float64Array;
  readonly classes: number;
}

/** Twice float32's largest rounding, so that what the bounds leave out by being of first order is covered. */
const ROUNDING = 2 ** -23;
/** Above what onnxruntime's float32 exponential is off by, which is below three roundings. */
const EXPONENTIAL = 2 ** -20;
/** With fewer multiplications in a row both ways take as long. */
const LEAST_WORK = 16_384;
/** Decisions are of the order of 1. With errors near that few rows would be sure. */
const WORST_ERROR = 0.05;

/**
 * The class by decisions made in float32, several times as fast as in float64, and for which rows that class is beyond doubt: votes
 * only have to fall on the right side of 0. How far a decision may be off follows from the rounding of every product and sum on its
 * way, in whatever order they are added. Undefined where that is too far, or too little work to save on.
 */
export function radialShortcut(g: GraphBuilder, x: Ref, machine: RadialMachine): Shortcut | undefined {
  const { vectors, weights, intercepts, classes } = machine;
  if (vectors.rows * (vectors.columns + weights.columns) < LEAST_WORK) return undefined;
  const centre = columnMeans(vectors);
  const largest = largestSquare(vectors, centre);
  const magnitudes = columnSums(weights, Math.abs);
  const terms = columnSums(weights, value => (value === 0 ? 0 : 1));
  const params: SureVotesParams = {
    classes,
    // A sum of `columns + 2` products of two rounded numbers, whose sizes add up to no more than 2 gamma (|x|^2 + |s|^2).
    rate: (vectors.columns + 4) * ROUNDING * 2 * machine.gamma,
    largest,
    exponential: EXPONENTIAL,
    sum: (largestOf(terms) + 2) * ROUNDING,
  };
  const typical = Math.expm1(2 * params.rate * largest) + params.exponential + params.sum;
  if (!(largestOf(magnitudes) * typical < WORST_ERROR)) return undefined;

  const { kernel, operand } = radialKernel(g, x, vectors, machine.gamma, centre, 'f32');
  const decisions = g.matmul(kernel, g.constant(Float32Array.from(weights.data), [weights.rows, weights.columns]));
  const [index, sure] = g.kernel('sure-votes', {
    inputs: [decisions, operand],
    params,
    arrays: { intercepts, magnitudes },
    outputs: [
      { type: 'i32', shape: [-1] },
      { type: 'u8', shape: [-1] },
    ],
  });
  return { index, sure };
}

/** (As arguments of a call hundreds of thousands of pairs would be too many.) */
function largestOf(values: Float64Array): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function columnSums({ data, columns }: Matrix, of: (value: number) => number): Float64Array {
  const sums = new Float64Array(columns);
  data.forEach((value, at) => {
    sums[at % columns] += of(value);
  });
  return sums;
}
