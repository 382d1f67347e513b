import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, rowOf } from './dense.js';

/** The kernel of rows with vectors. */
export interface RadialKernel {
  /** exp(-gamma |x - s|^2): [rows, vectors] of the precision asked for. */
  readonly kernel: Ref;
  /** The rows less the centre, and |x|^2 as one more column: float64 [rows, columns + 1]. */
  readonly operand: Ref;
}

/**
 * exp(-gamma |x - s|^2) as exp(2 gamma x.s - gamma |x|^2 - gamma |s|^2): one matrix product, to which |x|^2 comes as a column. Each
 * further pass over [rows, vectors] would cost as much as the exponential. Distances do not change when `centre` is taken off both.
 */
export function radialKernel(
  g: GraphBuilder,
  x: Ref,
  vectors: Matrix,
  gamma: number,
  centre: Float64Array,
  precision: 'f64' | 'f32',
): RadialKernel {
  const { rows, columns } = vectors;
  const [operand] = g.kernel('square-norm', {
    inputs: [x],
    arrays: { centre },
    outputs: [{ type: 'f64', shape: [-1, columns + 1] }],
  });
  const FloatArray = precision === 'f64' ? Float64Array : Float32Array;
  const factors = new FloatArray((columns + 1) * rows).fill(-gamma);
  const offsets = new FloatArray(rows);
  for (let i = 0; i < rows; i++) {
    let square = 0;
    rowOf(vectors, i).forEach((value, j) => {
      const apart = value - centre[j];
      factors[j * rows + i] = 2 * gamma * apart;
      square += apart * apart;
    });
    offsets[i] = -gamma * square;
  }
  const from = g.cast(operand, precision);
  const exponents = g.linear(from, g.constant(factors, [columns + 1, rows]), g.constant(offsets));
  return { kernel: g.exp(exponents), operand };
}
