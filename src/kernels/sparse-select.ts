import type { Kernel } from './kernel.js';
import { SparseBuilder, sparseRows } from './sparse-rows.js';

/** Sparse rows -> those of some columns only: `targets` says where a column goes, -1 for nowhere. */
export const sparseSelect: Kernel = ({ arrays }) => {
  const targets = arrays.targets as Int32Array;
  const builder = new SparseBuilder();
  return (inputs, rows) => {
    const { offsets, columns, values } = sparseRows(inputs);
    builder.begin(rows);
    for (let row = 0; row < rows; row++) {
      for (let k = offsets[row]; k < offsets[row + 1]; k++) {
        const target = targets[columns[k]];
        if (target >= 0) builder.add(target, values[k]);
      }
      builder.endRow();
    }
    return builder.finish();
  };
};
