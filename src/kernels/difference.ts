import type { Kernel } from './kernel.js';

/** Scores of two classes [rows, 2] -> by how much the second is ahead, [rows]. */
export const difference: Kernel = () => {
  return ([scores], rows) => {
    const data = scores.data as Float64Array;
    const out = new Float64Array(rows);
    for (let row = 0; row < rows; row++) out[row] = data[2 * row + 1] - data[2 * row];
    return [{ type: 'f64', shape: [rows], data: out }];
  };
};
