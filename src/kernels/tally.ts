import type { Kernel } from './kernel.js';

export interface TallyParams {
  readonly classes: number;
  /** What each class that a member did not choose gets, as a share of the member's weight. */
  readonly otherwise: number;
  /** The sums are divided by it. */
  readonly divideBy: number;
}

/** The classes that members choose (each i32 [rows]) -> the sums of the members' `weights` by class: [rows, classes]. */
export const tally: Kernel<TallyParams> = ({ params, arrays }) => {
  const { classes, otherwise, divideBy } = params;
  const weights = arrays.weights as Float64Array;
  return (choices, rows) => {
    const out = new Float64Array(rows * classes);
    choices.forEach((choice, member) => {
      const chosen = choice.data as Int32Array;
      const weight = weights[member];
      const other = otherwise * weight;
      for (let row = 0; row < rows; row++) {
        const from = row * classes;
        if (other !== 0) for (let j = 0; j < classes; j++) out[from + j] += j === chosen[row] ? weight : other;
        else out[from + chosen[row]] += weight;
      }
    });
    if (divideBy !== 1) for (let i = 0; i < out.length; i++) out[i] /= divideBy;
    return [{ type: 'f64', shape: [rows, classes], data: out }];
  };
};
