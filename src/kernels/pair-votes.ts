import type { Kernel } from './kernel.js';

export interface PairVotesParams {
  readonly classes: number;
}

/**
 * One-vs-one: for each pair (i, j) of classes, in the order (0,1), (0,2), ..., which of the two its member chooses (i32 [rows]:
 * 0 or 1), then for each pair its member's confidence in j (f64 [rows]) -> [rows, classes]: votes, and between -1/3 and 1/3
 * the summed confidences that part equal votes.
 */
export const pairVotes: Kernel<PairVotesParams> = ({ params: { classes } }) => {
  const pairs = (classes * (classes - 1)) / 2;
  const confidence = new Float64Array(classes);
  return (inputs, rows) => {
    const out = new Float64Array(rows * classes);
    for (let row = 0; row < rows; row++) {
      const from = row * classes;
      confidence.fill(0);
      let pair = 0;
      for (let i = 0; i < classes; i++) {
        for (let j = i + 1; j < classes; j++, pair++) {
          const sure = (inputs[pairs + pair].data as Float64Array)[row];
          confidence[i] -= sure;
          confidence[j] += sure;
          out[from + ((inputs[pair].data as Int32Array)[row] === 0 ? i : j)] += 1;
        }
      }
      for (let i = 0; i < classes; i++) out[from + i] += confidence[i] / (3 * (Math.abs(confidence[i]) + 1));
    }
    return [{ type: 'f64', shape: [rows, classes], data: out }];
  };
};
