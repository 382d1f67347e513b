import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface ColumnsParams {
  /** First column and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** A single column as a vector [rows] instead of [rows, 1]. */
  readonly flat: boolean;
}

/** Neighbouring columns of a float64 matrix: [rows, n] -> [rows, to - from]. */
export const columns: Kernel<ColumnsParams> = ({ params: { from, to, flat } }) => {
  const width = to - from;
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const all = columnsOf(matrix);
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < width; j++) out[row * width + j] = data[row * all + from + j];
    }
    return [{ type: 'f64', shape: flat ? [rows] : [rows, width], data: out }];
  };
};
