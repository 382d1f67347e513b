import type { Kernel } from './kernel.js';
import { sparseRows } from './sparse-rows.js';

interface ProductParams {
  /** Columns of the weights. */
  readonly width: number;
}

/** Sparse rows @ weights [columns, width] (+ bias [width]) -> [rows, width]. */
export const sparseProduct: Kernel<ProductParams> = ({ params: { width }, arrays }) => {
  const weights = arrays.weights as Float64Array;
  const bias = arrays.bias as Float64Array | undefined;
  return (inputs, rows) => {
    const { offsets, columns, values } = sparseRows(inputs);
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const start = row * width;
      for (let k = offsets[row]; k < offsets[row + 1]; k++) {
        const value = values[k];
        const from = columns[k] * width;
        for (let i = 0; i < width; i++) out[start + i] += value * weights[from + i];
      }
      if (bias !== undefined) for (let i = 0; i < width; i++) out[start + i] += bias[i];
    }
    return [{ type: 'f64', shape: [rows, width], data: out }];
  };
};
