import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface LinearLeavesParams {
  readonly outputs: number;
  readonly flat: boolean;
  readonly divideBy: number;
  /** Numbers no further from 0 than this are 0. */
  readonly zeroBelow: number;
}

/**
 * Trees whose leaves are linear models: x [rows, columns] f64 and the leaf of each tree [rows, trees] i32 -> sums
 * [rows, outputs] f64. Leaf l adds constant[l] + the sum of coefficient[i] * x[feature[i]] for i in start[l] .. start[l + 1];
 * where one of those features is missing (NaN) it adds missing[l] instead. Tree t adds to column target[t].
 */
export const linearLeaves: Kernel<LinearLeavesParams> = ({ params, arrays }) => {
  const { outputs, flat, divideBy, zeroBelow } = params;
  const target = arrays.target as Int32Array;
  const constant = arrays.constant as Float64Array;
  const missing = arrays.missing as Float64Array;
  const start = arrays.start as Int32Array;
  const feature = arrays.feature as Int32Array;
  const coefficient = arrays.coefficient as Float64Array;

  const leafAnswer = (leaf: number, x: Float64Array, row: number) => {
    let sum = constant[leaf];
    for (let i = start[leaf]; i < start[leaf + 1]; i++) {
      const value = x[row + feature[i]];
      if (Number.isNaN(value)) return missing[leaf];
      if (Math.abs(value) > zeroBelow) sum += coefficient[i] * value;
    }
    return sum;
  };

  return ([x, leaves], rows) => {
    const columns = columnsOf(x);
    const trees = target.length;
    const from = x.data as Float64Array;
    const leafOf = leaves.data as Int32Array;
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let tree = 0; tree < trees; tree++) {
        data[row * outputs + target[tree]] += leafAnswer(leafOf[row * trees + tree], from, row * columns);
      }
    }
    if (divideBy !== 1) for (let i = 0; i < data.length; i++) data[i] /= divideBy;
    return [{ type: 'f64', shape: flat ? [rows] : [rows, outputs], data }];
  };
};
