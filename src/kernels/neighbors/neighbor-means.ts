import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type Weighting, weigh } from './weights.js';

export interface NeighborMeansParams {
  readonly targets: number;
  readonly weighting: Weighting;
  /** A single target as a vector [rows] instead of [rows, 1]. */
  readonly flat: boolean;
}

/** Distances and positions of the neighbours [rows, k], the array `targets` [points, targets] -> their means [rows, targets]. */
export const neighborMeans: Kernel<NeighborMeansParams> = ({ params: { targets, weighting, flat }, arrays }) => {
  const values = arrays.targets as Float64Array;
  return ([distances, neighbors], rows) => {
    const k = columnsOf(neighbors);
    const index = neighbors.data as Int32Array;
    const weights = new Float64Array(k).fill(1);
    const means = new Float64Array(rows * targets);
    for (let row = 0; row < rows; row++) {
      if (weighting === 'distance') weigh(distances.data as Float64Array, row * k, k, weights);
      let total = 0;
      for (let i = 0; i < k; i++) total += weights[i];
      for (let t = 0; t < targets; t++) {
        let sum = 0;
        for (let i = 0; i < k; i++) sum += values[index[row * k + i] * targets + t] * weights[i];
        means[row * targets + t] = sum / total;
      }
    }
    return [{ type: 'f64', shape: flat ? [rows] : [rows, targets], data: means }];
  };
};
