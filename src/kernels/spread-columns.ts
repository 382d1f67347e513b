import type { Kernel } from './kernel.js';

export interface SpreadColumnsParams {
  /** By column of the input: its place in the answer. */
  readonly positions: readonly number[];
  readonly columns: number;
}

/** [rows, n] -> [rows, columns]: each column at its place, 0 elsewhere. */
export const spreadColumns: Kernel<SpreadColumnsParams> = ({ params: { positions, columns } }) => {
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const width = positions.length;
    const out = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < width; j++) out[row * columns + positions[j]] = data[row * width + j];
    }
    return [{ type: 'f64', shape: [rows, columns], data: out }];
  };
};
