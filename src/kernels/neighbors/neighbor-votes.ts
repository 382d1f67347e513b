import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type Weighting, weigh } from './weights.js';

export interface NeighborVotesParams {
  readonly classes: number;
  readonly weighting: Weighting;
}

/** Distances and positions of the neighbours [rows, k], the array `classes` of all points -> votes [rows, classes]. */
export const neighborVotes: Kernel<NeighborVotesParams> = ({ params: { classes, weighting }, arrays }) => {
  const classOf = arrays.classes as Int32Array;
  return ([distances, neighbors], rows) => {
    const k = columnsOf(neighbors);
    const index = neighbors.data as Int32Array;
    const weights = new Float64Array(k).fill(1);
    const votes = new Float64Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      if (weighting === 'distance') weigh(distances.data as Float64Array, row * k, k, weights);
      for (let i = 0; i < k; i++) votes[row * classes + classOf[index[row * k + i]]] += weights[i];
    }
    return [{ type: 'f64', shape: [rows, classes], data: votes }];
  };
};
