import { erf } from './erf.js';
import type { Kernel } from './kernel.js';

/** The sigmoid as a sum of five error functions (Williams and Barber, 1998): erf(scale x) times the factor. */
const SCALES = [0.41, 0.4, 0.37, 0.44, 0.39];
const FACTORS = [-1854.8214151, 3516.89893646, 221.29346712, 128.12323805, -2010.49422654];

/**
 * Mean and variance [rows] of a latent function -> probabilities of both classes [rows, 2]: the sigmoid averaged over the normal
 * distribution of the function's value.
 */
export const laplaceProbability: Kernel = () => {
  return ([means, variances], rows) => {
    const mean = means.data as Float64Array;
    const variance = variances.data as Float64Array;
    const shares = new Float64Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      const alpha = 1 / (2 * variance[row]);
      const width = Math.sqrt(Math.PI / alpha) / (2 * Math.sqrt(variance[row] * 2 * Math.PI));
      let share = 0;
      for (let i = 0; i < SCALES.length; i++) {
        const scale = SCALES[i];
        share += FACTORS[i] * (width * erf(scale * mean[row] * Math.sqrt(alpha / (alpha + scale * scale))));
      }
      for (const factor of FACTORS) share += 0.5 * factor;
      shares[2 * row] = 1 - share;
      shares[2 * row + 1] = share;
    }
    return [{ type: 'f64', shape: [rows, 2], data: shares }];
  };
};
