import { sparseRows, sparseValues } from '../../src/kernels/sparse-rows.js';
import type { Value } from '../../src/kernels/value.js';

/** Sparse rows as kernels pass them on, from a matrix row by row. */
export function sparse(...rows: readonly (readonly number[])[]): Value[] {
  const entries = rows.map(row => [...row.entries()].filter(([, value]) => value !== 0));
  const offsets = Int32Array.from({ length: rows.length + 1 }, (_, i) => entries.slice(0, i).flat().length);
  const flat = entries.flat();
  return sparseValues({
    offsets,
    columns: Int32Array.from(flat, ([column]) => column),
    values: Float64Array.from(flat, ([, value]) => value),
  });
}

/** The matrix of sparse rows, row by row. */
export function dense(values: readonly Value[], width: number): number[][] {
  const { offsets, columns, values: numbers } = sparseRows(values);
  return Array.from({ length: offsets.length - 1 }, (_, row) => {
    const out = new Array<number>(width).fill(0);
    for (let k = offsets[row]; k < offsets[row + 1]; k++) out[columns[k]] += numbers[k];
    return out;
  });
}
