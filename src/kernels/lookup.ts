import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

interface LookupParams {
  /** The column of codes that each column of the result is made from. */
  readonly sources: readonly number[];
}

/**
 * Codes [rows, columns] -> numbers [rows, sources]. `values` has a table for each result column, which begins at `offsets`:
 * first the number for the code -1, then those for 0, 1, ...
 */
export const lookup: Kernel<LookupParams> = ({ params: { sources }, arrays }) => {
  const values = arrays.values as Float64Array;
  const offsets = arrays.offsets as Int32Array;
  const width = sources.length;
  return ([codes], rows) => {
    const data = codes.data as Float64Array;
    const columns = columnsOf(codes);
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < width; i++) out[row * width + i] = values[offsets[i] + 1 + data[row * columns + sources[i]]];
    }
    return [{ type: 'f64', shape: [rows, width], data: out }];
  };
};
