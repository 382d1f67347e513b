import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface SureVotesParams {
  readonly classes: number;
  /** How far the exponent may be off: this times |x|^2 + `largest`. */
  readonly rate: number;
  readonly largest: number;
  /** How far, relatively, an exponential and a weighted sum of them may be off. */
  readonly exponential: number;
  readonly sum: number;
}

/** More than what numbers too small for float32 can add up to. */
const UNDERFLOW = 2 ** -100;

/**
 * Decisions of the pairs of classes made in float32 [rows, pairs], without their `intercepts`, and rows whose last column is |x|^2 ->
 * [winner, sure]: the class with the most votes, i32 [rows], and whether exact decisions must give the same one, u8 [rows]. A weighted
 * sum of kernels, all between 0 and 1, is off by no more than their error times the sum of the weights' `magnitudes`; where the
 * decision is nearer to 0 than that, its pair may vote either way. Sure is a winner whom no such votes can overtake.
 */
export const sureVotes: Kernel<SureVotesParams> = ({ params, arrays }) => {
  const { classes, rate, largest, exponential, sum } = params;
  const intercepts = arrays.intercepts as Float64Array;
  const magnitudes = arrays.magnitudes as Float64Array;
  const votes = new Int32Array(classes);
  const open = new Int32Array(classes);
  return ([decisions, operand], rows) => {
    const data = decisions.data as Float32Array;
    const width = columnsOf(operand);
    const squares = operand.data as Float64Array;
    const winners = new Int32Array(rows);
    const sure = new Uint8Array(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      const kernelError =
        Math.expm1(rate * (squares[(row + 1) * width - 1] + largest)) * (1 + exponential) + exponential;
      const error = kernelError * (1 + sum) + sum;
      votes.fill(0);
      open.fill(0);
      for (let i = 0, pair = 0; i < classes; i++) {
        for (let j = i + 1; j < classes; j++, pair++, at++) {
          const decision = data[at] + intercepts[pair];
          const apart = magnitudes[pair] * error + UNDERFLOW;
          if (decision > apart) votes[i]++;
          else if (decision < -apart) votes[j]++;
          else {
            // Either way, or no number.
            open[i]++;
            open[j]++;
          }
        }
      }
      winners[row] = winnerOf(votes);
      sure[row] = isSure(winners[row], votes, open) ? 1 : 0;
    }
    return [
      { type: 'i32', shape: [rows], data: winners },
      { type: 'u8', shape: [rows], data: sure },
    ];
  };
};

/** The first of those with the most votes. */
function winnerOf(votes: Int32Array): number {
  let winner = 0;
  for (let i = 1; i < votes.length; i++) if (votes[i] > votes[winner]) winner = i;
  return winner;
}

/** `open`: votes that a class may get beside its own. Of equal votes the first class's count. */
function isSure(winner: number, votes: Int32Array, open: Int32Array): boolean {
  for (let i = 0; i < votes.length; i++) {
    const reach = votes[i] + open[i];
    if (i < winner ? reach >= votes[winner] : i > winner && reach > votes[winner]) return false;
  }
  return true;
}
