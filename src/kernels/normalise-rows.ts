import type { Kernel } from './kernel.js';
import { columnsOf } from './value.js';

export interface NormaliseRowsParams {
  /** What all numbers of a row become whose sum is 0. */
  readonly whenZero: number;
}

/** [rows, n] -> each row divided by its sum. */
export const normaliseRows: Kernel<NormaliseRowsParams> = ({ params: { whenZero } }) => {
  return ([shares]) => {
    const data = shares.data as Float64Array;
    const width = columnsOf(shares);
    const out = new Float64Array(data.length);
    for (let from = 0; from < out.length; from += width) {
      let sum = 0;
      for (let i = from; i < from + width; i++) sum += data[i];
      for (let i = from; i < from + width; i++) out[i] = sum === 0 ? whenZero : data[i] / sum;
    }
    return [{ type: 'f64', shape: shares.shape, data: out }];
  };
};
