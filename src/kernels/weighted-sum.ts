import type { Kernel } from './kernel.js';

export interface WeightedSumParams {
  /** The sum is divided by it: the total of the weights gives the mean. */
  readonly divideBy: number;
}

/** Float64 values of one shape, each times its number in the array `weights`, added up in their order. */
export const weightedSum: Kernel<WeightedSumParams> = ({ params: { divideBy }, arrays }) => {
  const weights = arrays.weights as Float64Array;
  return inputs => {
    const { shape, data } = inputs[0];
    const out = new Float64Array(data.length);
    inputs.forEach((input, member) => {
      const values = input.data as Float64Array;
      const weight = weights[member];
      for (let i = 0; i < out.length; i++) out[i] += weight * values[i];
    });
    if (divideBy !== 1) for (let i = 0; i < out.length; i++) out[i] /= divideBy;
    return [{ type: 'f64', shape, data: out }];
  };
};
