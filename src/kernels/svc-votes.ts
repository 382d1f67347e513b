import type { Kernel } from './kernel.js';

export interface SvcVotesParams {
  readonly classes: number;
}

/**
 * Decisions [rows, pairs] of the pairs of classes (0,1), (0,2), ... -> [votes, scores], both [rows, classes]. Pair (i, j) votes
 * for i where its decision is above 0, else for j; scores are votes and, between -1/3 and 1/3, the summed decisions that part
 * equal votes.
 */
export const svcVotes: Kernel<SvcVotesParams> = ({ params: { classes } }) => {
  const sums = new Float64Array(classes);
  return ([decisions], rows) => {
    const data = decisions.data as Float64Array;
    const votes = new Float64Array(rows * classes);
    const scores = new Float64Array(rows * classes);
    for (let row = 0, from = 0, at = 0; row < rows; row++, from += classes) {
      sums.fill(0);
      for (let i = 0; i < classes; i++) {
        for (let j = i + 1; j < classes; j++, at++) {
          const decision = data[at];
          sums[i] += decision;
          sums[j] -= decision;
          votes[from + (decision > 0 ? i : j)] += 1;
        }
      }
      for (let i = 0; i < classes; i++) scores[from + i] = votes[from + i] + sums[i] / (3 * (Math.abs(sums[i]) + 1));
    }
    const shape = [rows, classes];
    return [
      { type: 'f64', shape, data: votes },
      { type: 'f64', shape, data: scores },
    ];
  };
};
