import type { Kernel } from './kernel.js';

export interface KnnImputeParams {
  readonly neighbors: number;
  /** Whether near rows count more: by the inverse of their distance. */
  readonly weighted: boolean;
  /** Whether rows that share no number with the one at hand count as well, after all others, when too few do. */
  readonly countsUnknown: boolean;
  /** What stands for a missing number; null for NaN. */
  readonly missing: number | null;
  readonly columns: number;
  /** Columns of the result; those without a fitted number become 0. */
  readonly kept: readonly number[];
}

/**
 * Numbers [rows, columns] with gaps -> the kept columns without: a gap gets the mean of the numbers that the nearest fitted
 * rows have there. Rows are compared where both have numbers. The arrays are `fitted`, row by row, and `present`, 1 where the
 * fitted number is one.
 */
export const knnImpute: Kernel<KnnImputeParams> = ({ params, arrays }) => {
  const { columns, kept, missing } = params;
  const fitted = arrays.fitted as Float64Array;
  const present = arrays.present as Uint8Array;
  const donors = new Donors(fitted, present, params);
  const hasNumbers = kept.map(column => !Number.isNaN(donors.means[column]));
  const isMissing = missing === null ? Number.isNaN : (x: number) => x === missing;
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * kept.length);
    for (let row = 0, at = 0; row < rows; row++) {
      const values = data.subarray(row * columns, (row + 1) * columns);
      let compared = false;
      for (let i = 0; i < kept.length; i++, at++) {
        const value = values[kept[i]];
        if (!hasNumbers[i]) continue;
        if (!isMissing(value)) {
          out[at] = value;
          continue;
        }
        if (!compared) donors.compare(values, isMissing);
        compared = true;
        out[at] = donors.value(kept[i]);
      }
    }
    return [{ type: 'f64', shape: [rows, kept.length], data: out }];
  };
};

/** The fitted rows and how far they are from the row at hand. */
class Donors {
  /** Per column, NaN without numbers: for a row that shares no number with any donor. */
  readonly means: Float64Array;
  private readonly rows: number;
  private readonly columns: number;
  private readonly weighted: boolean;
  private readonly countsUnknown: boolean;
  private readonly distances: Float64Array;
  private readonly nearest: Int32Array;

  constructor(
    private readonly fitted: Float64Array,
    private readonly present: Uint8Array,
    { columns, neighbors, weighted, countsUnknown }: KnnImputeParams,
  ) {
    this.columns = columns;
    this.weighted = weighted;
    this.countsUnknown = countsUnknown;
    this.rows = fitted.length / columns;
    this.distances = new Float64Array(this.rows);
    this.nearest = new Int32Array(Math.min(neighbors, this.rows));
    this.means = Float64Array.from({ length: columns }, (_, column) => this.mean(column));
  }

  /** Squared distance over the numbers both rows have, scaled up to all columns; infinite when there are none. */
  compare(values: Float64Array, isMissing: (x: number) => boolean): void {
    const { fitted, present, columns } = this;
    const has = Array.from(values, value => !isMissing(value));
    for (let row = 0, at = 0; row < this.rows; row++) {
      let sum = 0;
      let shared = 0;
      for (let column = 0; column < columns; column++, at++) {
        if (present[at] === 0 || !has[column]) continue;
        const difference = values[column] - fitted[at];
        sum += difference * difference;
        shared++;
      }
      this.distances[row] = shared === 0 ? Number.POSITIVE_INFINITY : (sum * columns) / shared;
    }
  }

  value(column: number): number {
    const { fitted, columns, distances, nearest } = this;
    const found = this.find(column);
    if (found === 0 || distances[nearest[0]] === Number.POSITIVE_INFINITY) return this.means[column];
    const exact = this.weighted && distances[nearest[0]] === 0;
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < found; i++) {
      const distance = Math.sqrt(distances[nearest[i]]);
      const weight = exact ? (distance === 0 ? 1 : 0) : this.weighted ? 1 / distance : 1;
      sum += weight * fitted[nearest[i] * columns + column];
      weights += weight;
    }
    return sum / weights;
  }

  /** Puts the nearest rows that have a number in the column first in `nearest`, the nearest one first; how many there are. */
  private find(column: number): number {
    const { distances, nearest } = this;
    let found = 0;
    for (let row = 0; row < this.rows; row++) {
      const distance = distances[row];
      if (this.present[row * this.columns + column] === 0) continue;
      if (distance === Number.POSITIVE_INFINITY && !this.countsUnknown) continue;
      if (found === nearest.length && distance >= distances[nearest[found - 1]]) continue;
      let at = found < nearest.length ? found++ : found - 1;
      for (; at > 0 && distances[nearest[at - 1]] > distance; at--) nearest[at] = nearest[at - 1];
      nearest[at] = row;
    }
    return found;
  }

  private mean(column: number): number {
    let sum = 0;
    let count = 0;
    for (let row = 0, at = column; row < this.rows; row++, at += this.columns) {
      if (this.present[at] === 0) continue;
      sum += this.fitted[at];
      count++;
    }
    return sum / count;
  }
}
