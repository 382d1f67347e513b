import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface LinearBoosterParams {
  readonly outputs: number;
  readonly flat: boolean;
}

/**
 * XGBoost's linear booster: bias + base + feature by feature, every sum and product in float32; missing features (NaN) add
 * nothing. `weights` is (columns + 1) x outputs, the last row the bias; `base` is one number. [rows, columns] -> [rows, outputs] f32.
 */
export const linearBooster: Kernel<LinearBoosterParams> = ({ params, arrays }) => {
  const { outputs, flat } = params;
  const [base] = arrays.base as Float32Array;
  const weights = arrays.weights as Float32Array;
  return ([x], rows) => {
    const columns = columnsOf(x);
    const from = x.data as Float64Array;
    const data = new Float32Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let output = 0; output < outputs; output++) {
        let sum = Math.fround(weights[columns * outputs + output] + base);
        for (let column = 0; column < columns; column++) {
          const value = Math.fround(from[row * columns + column]);
          if (Number.isNaN(value)) continue;
          sum = Math.fround(sum + Math.fround(value * weights[column * outputs + output]));
        }
        data[row * outputs + output] = sum;
      }
    }
    return [{ type: 'f32', shape: flat ? [rows] : [rows, outputs], data }];
  };
};
