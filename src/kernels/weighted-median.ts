import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/**
 * Predictions of members [rows, members] -> their median [rows] by the array `weights`: the first prediction, in rising order,
 * at which half of all weight is reached.
 */
export const weightedMedian: Kernel = ({ arrays }) => {
  const weights = arrays.weights as Float64Array;
  const order = new Uint32Array(weights.length);
  return ([predictions], rows) => {
    const data = predictions.data as Float64Array;
    const members = columnsOf(predictions);
    const out = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      const of = data.subarray(row * members, (row + 1) * members);
      for (let i = 0; i < members; i++) order[i] = i;
      order.sort((a, b) => of[a] - of[b]);
      let total = 0;
      for (let i = 0; i < members; i++) total += weights[order[i]];
      let at = 0;
      for (let reached = weights[order[0]]; reached < 0.5 * total; ) reached += weights[order[++at]];
      out[row] = of[order[at]];
    }
    return [{ type: 'f64', shape: [rows], data: out }];
  };
};
