import type { Value } from './value.js';

/**
 * Rows of mostly zeros, as scipy's csr: row r has the columns `columns[k]` with `values[k]` for k from `offsets[r]` up to
 * `offsets[r + 1]`, each column at most once. Between kernels they travel as three values in this order.
 */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

export function sparseRows([offsets, columns, values]: readonly Value[]): SparseRows {
  return {
    offsets: offsets.data as Int32Array,
    columns: columns.data as Int32Array,
    values: values.data as Float64Array,
  };
}

export function sparseValues({ offsets, columns, values }: SparseRows): Value[] {
  return [
    { type: 'i32', shape: [offsets.length], data: offsets },
    { type: 'i32', shape: [columns.length], data: columns },
    { type: 'f64', shape: [values.length], data: values },
  ];
}

/** Collects entries row by row; its memory is used again for every batch. */
export class SparseBuilder {
  private columns = new Int32Array(256);
  private values = new Float64Array(256);
  private offsets = new Int32Array(1);
  private count = 0;
  private row = 0;

  begin(rows: number): void {
    this.offsets = new Int32Array(rows + 1);
    this.count = 0;
    this.row = 0;
  }

  add(column: number, value: number): void {
    if (this.count === this.columns.length) this.grow();
    this.columns[this.count] = column;
    this.values[this.count++] = value;
  }

  endRow(): void {
    this.offsets[++this.row] = this.count;
  }

  finish(): Value[] {
    const { offsets, count } = this;
    return sparseValues({ offsets, columns: this.columns.slice(0, count), values: this.values.slice(0, count) });
  }

  private grow(): void {
    const columns = new Int32Array(this.count * 2);
    columns.set(this.columns);
    this.columns = columns;
    const values = new Float64Array(this.count * 2);
    values.set(this.values);
    this.values = values;
  }
}
