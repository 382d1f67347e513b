import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/**
 * Rows [rows, columns] -> for each of several centres the squares of the differences, each column times a factor of that centre,
 * added up: [rows, centres]. Arrays `centres` and `factors`, both [centres, columns].
 */
export const scaledSquares: Kernel = ({ arrays }) => {
  const centres = arrays.centres as Float64Array;
  const factors = arrays.factors as Float64Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const count = centres.length / columns;
    const out = new Float64Array(rows * count);
    for (let row = 0, to = 0; row < rows; row++) {
      const from = row * columns;
      for (let at = 0; at < centres.length; at += columns) {
        let sum = 0;
        for (let k = 0; k < columns; k++) {
          const d = data[from + k] - centres[at + k];
          sum += d * d * factors[at + k];
        }
        out[to++] = sum;
      }
    }
    return [{ type: 'f64', shape: [rows, count], data: out }];
  };
};
