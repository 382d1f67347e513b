import type { Kernel } from './kernel.js';

interface BinsParams {
  /** Whether a number just below an edge counts as on it, as scikit-learn 1.0 had it. */
  readonly lenient: boolean;
}

/**
 * Numbers [rows, columns] -> the bins they fall into, counted from 0: how many edges are not above them. The inner edges of
 * column c are `edges` from `offsets[c]` up to `offsets[c + 1]`, ascending.
 */
export const bins: Kernel<BinsParams> = ({ params: { lenient }, arrays }) => {
  const edges = arrays.edges as Float64Array;
  const offsets = arrays.offsets as Int32Array;
  const columns = offsets.length - 1;
  return ([matrix], rows) => {
    const data = matrix.data as Float64Array;
    const out = new Float64Array(rows * columns);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        const x = lenient ? data[at] + 1e-8 + 1e-5 * Math.abs(data[at]) : data[at];
        let low = offsets[column];
        let high = offsets[column + 1];
        while (low < high) {
          const middle = (low + high) >> 1;
          if (edges[middle] <= x) low = middle + 1;
          else high = middle;
        }
        out[at] = low - offsets[column];
      }
    }
    return [{ type: 'f64', shape: [rows, columns], data: out }];
  };
};
