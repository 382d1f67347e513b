import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface ArgmaxParams {
  /** Among equal scores the last one wins; absent: the first. */
  readonly last?: boolean;
  /** As a column, [rows, 1]. */
  readonly column?: boolean;
}

/** Scores [rows, classes] -> position of the largest, i32 [rows]. NaN counts as larger than any number, as in numpy. */
export const argmax: Kernel<ArgmaxParams> = ({ params: { last = false, column = false } }) => {
  return ([scores], rows) => {
    const data = scores.data as Float64Array;
    const classes = columnsOf(scores);
    const out = new Int32Array(rows);
    for (let row = 0, from = 0; row < rows; row++, from += classes) {
      let best = data[from];
      let at = 0;
      for (let j = 1; j < classes; j++) {
        const score = data[from + j];
        if (score > best || (last && score === best) || (Number.isNaN(score) && !Number.isNaN(best))) {
          best = score;
          at = j;
        }
      }
      out[row] = at;
    }
    return [{ type: 'i32', shape: column ? [rows, 1] : [rows], data: out }];
  };
};
