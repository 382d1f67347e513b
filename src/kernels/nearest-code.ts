import type { Kernel } from './kernel.js';

/**
 * Scores of the bits, one value [rows] each -> the class whose code word (a row of the array `codes`, [classes, bits]) is the
 * nearest, i32 [rows]; of equally near ones the first.
 */
export const nearestCode: Kernel = ({ arrays }) => {
  const codes = arrays.codes as Float64Array;
  return (bits, rows) => {
    const scores = bits.map(bit => bit.data as Float64Array);
    const length = scores.length;
    const out = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      let best = Number.POSITIVE_INFINITY;
      for (let word = 0; word * length < codes.length; word++) {
        let distance = 0;
        for (let i = 0; i < length; i++) {
          const code = codes[word * length + i];
          distance += code * (code - 2 * scores[i][row]);
        }
        if (distance < best) {
          best = distance;
          out[row] = word;
        }
      }
    }
    return [{ type: 'i32', shape: [rows], data: out }];
  };
};
