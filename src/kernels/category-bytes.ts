import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface CategoryBytesParams {
  /** The columns that hold categories. */
  readonly columns: readonly number[];
  /** Whether -0.5 is the category 0 rather than none. */
  readonly signed: boolean;
}

/**
 * [rows, n] f64 -> the same with each category as C's conversion to a byte shows it - fractions are cut off, and 257 is 1 - and
 * NaN for what is missing or not among the known ones of its column. Those of `columns[i]` lie in the array `i`.
 */
export const categoryBytes: Kernel<CategoryBytesParams> = ({ params: { columns, signed }, arrays }) => {
  const known = columns.map((_, i) => new Set(arrays[i] as Float64Array));
  return ([matrix], rows) => {
    const width = columnsOf(matrix);
    const out = (matrix.data as Float64Array).slice();
    columns.forEach((column, i) => {
      for (let at = column; at < rows * width; at += width) {
        const byte = byteOf(out[at], signed);
        out[at] = known[i].has(byte) ? byte : Number.NaN;
      }
    });
    return [{ type: 'f64', shape: matrix.shape, data: out }];
  };
};

function byteOf(x: number, signed: boolean): number {
  if (Number.isNaN(x) || (!signed && x < 0)) return Number.NaN;
  return Math.abs(x) < 2 ** 31 ? Math.trunc(x) & 0xff : 0;
}
