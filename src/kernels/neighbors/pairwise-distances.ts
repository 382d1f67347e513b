import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type MetricParams, metricOf } from './metric.js';

export interface PairwiseDistancesParams {
  readonly metric: MetricParams;
  /** Leaves out the last step that keeps the order: squares instead of euclidean distances. */
  readonly reduced: boolean;
}

/** Rows [rows, columns] -> their distance to each of the array `points` [n, columns]: [rows, n]. */
export const pairwiseDistances: Kernel<PairwiseDistancesParams> = ({ params, arrays }) => {
  const points = arrays.points as Float64Array;
  const { reduced, toDistance } = metricOf(params.metric, arrays);
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const count = points.length / columns;
    const out = new Float64Array(rows * count);
    for (let row = 0, to = 0; row < rows; row++) {
      for (let point = 0; point < count; point++) {
        out[to++] = reduced(data, row * columns, points, point * columns, columns);
      }
    }
    if (!params.reduced) for (let i = 0; i < out.length; i++) out[i] = toDistance(out[i]);
    return [{ type: 'f64', shape: [rows, count], data: out }];
  };
};
