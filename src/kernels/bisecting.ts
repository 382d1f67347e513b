import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/**
 * Rows [rows, columns] -> label of the leaf they come to, i32 [rows]: at every node a row goes to the nearer of two centres, to
 * the left one when both are equally far. Arrays by node, the root first: `left` and `right` are children (a leaf's left is -1),
 * `labels` the labels of leaves, `centres` [nodes, columns].
 */
export const bisecting: Kernel = ({ arrays }) => {
  const { left, right, labels } = arrays as Record<string, Int32Array>;
  const centres = arrays.centres as Float64Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const out = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      let node = 0;
      while (left[node] >= 0) {
        let lead = 0;
        for (let k = 0; k < columns; k++) {
          const toLeft = data[row * columns + k] - centres[left[node] * columns + k];
          const toRight = data[row * columns + k] - centres[right[node] * columns + k];
          lead += toRight * toRight - toLeft * toLeft;
        }
        node = lead >= 0 ? left[node] : right[node];
      }
      out[row] = labels[node];
    }
    return [{ type: 'i32', shape: [rows], data: out }];
  };
};
