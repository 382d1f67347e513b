import type { Kernel } from './kernel.js';

export interface IsolationScoreParams {
  /** Path length that an ordinary row has, over all trees; 0 when the trees have one node. */
  readonly ordinary: number;
  readonly offset: number;
}

/** Summed path lengths [rows] -> score_samples -2^(-length / ordinary) and decision_function score - offset, both [rows]. */
export const isolationScore: Kernel<IsolationScoreParams> = ({ params: { ordinary, offset } }) => {
  return ([lengths], rows) => {
    const data = lengths.data as Float64Array;
    const scores = new Float64Array(rows);
    const decisions = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      scores[row] = -(2 ** -(ordinary === 0 ? 1 : data[row] / ordinary));
      decisions[row] = scores[row] - offset;
    }
    return [
      { type: 'f64', shape: [rows], data: scores },
      { type: 'f64', shape: [rows], data: decisions },
    ];
  };
};
