import type { SureVotesParams } from '../../kernels/sure-votes.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { columnMeans, type Matrix, rowOf } from './dense.js';
import type { Shortcut } from './methods.js';

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
 * The class by decisions made in float32, five times as fast as in float64, and for which rows that class is beyond doubt: votes
 * only have to fall on the right side of 0. How far a decision may be off follows from the rounding of every product and sum on its
 * way, in whatever order they are added. Undefined where that is too far, or too little work to save on.
 */
export function radialShortcut(g: GraphBuilder, x: Ref, machine: RadialMachine): Shortcut | undefined {
  const { vectors, weights, intercepts, classes } = machine;
  if (vectors.rows * (vectors.columns + weights.columns) < LEAST_WORK) return undefined;
  const centre = columnMeans(vectors);
  const { factors, largest } = kernelFactors(machine, centre);
  const magnitudes = columnSums(weights, Math.abs);
  const params: SureVotesParams = {
    classes,
    // A sum of `columns + 2` products of two rounded numbers, whose magnitudes add up to no more than 2 gamma (|x|^2 + |s|^2).
    rate: (vectors.columns + 4) * ROUNDING * 2 * machine.gamma,
    largest,
    exponential: EXPONENTIAL,
    sum: (Math.max(...columnSums(weights, value => (value === 0 ? 0 : 1))) + 2) * ROUNDING,
  };
  const typical = Math.expm1(2 * params.rate * largest) + params.exponential + params.sum;
  if (!(Math.max(...magnitudes) * typical < WORST_ERROR)) return undefined;

  const [operand, squares] = g.kernel('rbf-operand', {
    inputs: [x],
    arrays: { centre },
    outputs: [
      { type: 'f32', shape: [-1, vectors.columns + 2] },
      { type: 'f64', shape: [-1] },
    ],
  });
  const kernel = g.exp(g.matmul(operand, g.constant(factors, [vectors.columns + 2, vectors.rows])));
  const decisions = g.matmul(kernel, g.constant(Float32Array.from(weights.data), [weights.rows, weights.columns]));
  const [index, sure] = g.kernel('sure-votes', {
    inputs: [decisions, squares],
    params,
    arrays: { intercepts, magnitudes },
    outputs: [
      { type: 'i32', shape: [-1] },
      { type: 'u8', shape: [-1] },
    ],
  });
  return { index, sure };
}

/** (2 gamma s, -gamma, -gamma |s|^2) for each vector, as the columns of [columns + 2, vectors], and the largest |s|^2. */
function kernelFactors({ vectors, gamma }: RadialMachine, centre: Float64Array) {
  const { rows, columns } = vectors;
  const factors = new Float32Array((columns + 2) * rows);
  let largest = 0;
  for (let i = 0; i < rows; i++) {
    let square = 0;
    rowOf(vectors, i).forEach((value, j) => {
      const apart = value - centre[j];
      factors[j * rows + i] = 2 * gamma * apart;
      square += apart * apart;
    });
    factors[columns * rows + i] = -gamma;
    factors[(columns + 1) * rows + i] = -gamma * square;
    largest = Math.max(largest, square);
  }
  return { factors, largest };
}

function columnSums({ data, columns }: Matrix, of: (value: number) => number): Float64Array {
  const sums = new Float64Array(columns);
  data.forEach((value, at) => {
    sums[at % columns] += of(value);
  });
  return sums;
}
