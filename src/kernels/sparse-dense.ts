import type { Kernel } from './kernel.js';
import { SparseBuilder, sparseRows } from './sparse-rows.js';
import { columnsOf, type Value } from './value.js';

interface DenseParams {
  readonly width: number;
  readonly type: 'f64' | 'f32';
}

/** Sparse rows -> matrix [rows, width]. */
export const sparseDense: Kernel<DenseParams> = ({ params: { width, type } }) => {
  return (inputs, rows) => {
    const { offsets, columns, values } = sparseRows(inputs);
    const data = type === 'f64' ? new Float64Array(rows * width) : new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const start = row * width;
      for (let k = offsets[row]; k < offsets[row + 1]; k++) data[start + columns[k]] = values[k];
    }
    return [{ type, shape: [rows, width], data } as Value];
  };
};

/** Matrix -> sparse rows without its zeros. */
export const denseSparse: Kernel = () => {
  const builder = new SparseBuilder();
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const width = columnsOf(matrix);
    builder.begin(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < width; column++, at++) if (data[at] !== 0) builder.add(column, data[at]);
      builder.endRow();
    }
    return builder.finish();
  };
};
