import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

/**
 * Rows x [rows, columns] less the array `centre` -> [operand, squares]: x, |x|^2 and 1 as float32 [rows, columns + 2], whose product
 * with (2 gamma s, -gamma, -gamma |s|^2) is -gamma |x - s|^2; and |x|^2 as float64 [rows].
 */
export const rbfOperand: Kernel = ({ arrays }) => {
  const centre = arrays.centre as Float64Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const operand = new Float32Array(rows * (columns + 2));
    const squares = new Float64Array(rows);
    for (let row = 0, from = 0, to = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) {
        const value = data[from++] - centre[j];
        operand[to++] = value;
        sum += value * value;
      }
      squares[row] = sum;
      operand[to++] = sum;
      operand[to++] = 1;
    }
    return [
      { type: 'f32', shape: [rows, columns + 2], data: operand },
      { type: 'f64', shape: [rows], data: squares },
    ];
  };
};
