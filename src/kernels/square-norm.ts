import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/** Rows [rows, columns] less the array `centre` -> the same with |x|^2 as one more column. */
export const squareNorm: Kernel = ({ arrays }) => {
  const centre = arrays.centre as Float64Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const out = new Float64Array(rows * (columns + 1));
    for (let row = 0, from = 0, to = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        const value = data[from++] - centre[j];
        out[to++] = value;
        sum += value * value;
      }
      out[to++] = sum;
    }
    return [{ type: 'f64', shape: [rows, columns + 1], data: out }];
  };
};
