import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type RadiusParams, RadiusSearch } from './radius-search.js';

export interface RadiusMeansParams extends RadiusParams {
  readonly columns: number;
  readonly targets: number;
  /** A single target as a vector [rows] instead of [rows, 1]. */
  readonly flat: boolean;
  /** The answer to rows without neighbours: null is NaN. */
  readonly empty: number | null;
}

/** Rows -> the mean of the array `targets` [points, targets] over all points within the radius: [rows, targets]. */
export const radiusMeans: Kernel<RadiusMeansParams> = ({ params, arrays }) => {
  const { targets, flat } = params;
  const values = arrays.targets as Float64Array;
  const empty = params.empty ?? Number.NaN;
  const search = new RadiusSearch(params, arrays, params.columns);
  return ([x], rows) => {
    const means = new Float64Array(rows * targets);
    for (let row = 0; row < rows; row++) {
      search.search(x.data as Float64Array, row * columnsOf(x));
      const { neighbors, weights, count } = search;
      let total = 0;
      for (let i = 0; i < count; i++) total += weights[i];
      for (let t = 0; t < targets; t++) {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += values[neighbors[i] * targets + t] * weights[i];
        means[row * targets + t] = count === 0 ? empty : sum / total;
      }
    }
    return [{ type: 'f64', shape: flat ? [rows] : [rows, targets], data: means }];
  };
};
