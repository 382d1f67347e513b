import type { Kernel } from './kernel.js';
import { SparseBuilder } from './sparse-rows.js';
import { columnsOf } from './value.js';

/**
 * Codes [rows, columns] -> sparse rows with a 1 in the column of each code. `targets` has a table for each column of codes,
 * which begins at `offsets`: first the place of the code -1, then those of 0, 1, ...; the place -1 stands for none.
 */
export const oneHot: Kernel = ({ arrays }) => {
  const targets = arrays.targets as Int32Array;
  const offsets = arrays.offsets as Int32Array;
  const builder = new SparseBuilder();
  return ([codes], rows) => {
    const data = codes.data as Float64Array;
    const columns = columnsOf(codes);
    builder.begin(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        const target = targets[offsets[column] + 1 + data[at]];
        if (target >= 0) builder.add(target, 1);
      }
      builder.endRow();
    }
    return builder.finish();
  };
};
