import type { Kernel } from './kernel.js';
import { sparseRows } from './sparse-rows.js';

type Norm = 'l1' | 'l2' | 'max';

interface WeightsParams {
  /** 1 + log(value). */
  readonly sublinear?: boolean;
  /** Multiplies every value. */
  readonly factor?: number;
  /** Divides a row by its norm, unless that is 0. */
  readonly norm?: Norm;
  /** Values above become 1, others 0. */
  readonly above?: number;
  /** Rounds the result to float32. */
  readonly float32?: boolean;
}

/** Sparse rows -> their values changed, step by step in the order of the parameters; `factors` are per column. */
export const sparseWeights: Kernel<WeightsParams> = ({ params, arrays }) => {
  const { sublinear, factor, norm, above, float32 } = params;
  const factors = arrays.factors as Float64Array | undefined;
  return (inputs, rows) => {
    const { offsets, columns, values } = sparseRows(inputs);
    const out = values.slice();
    if (sublinear) for (let k = 0; k < out.length; k++) out[k] = Math.log(out[k]) + 1;
    if (factors !== undefined) for (let k = 0; k < out.length; k++) out[k] *= factors[columns[k]];
    if (factor !== undefined) for (let k = 0; k < out.length; k++) out[k] *= factor;
    if (norm !== undefined) for (let row = 0; row < rows; row++) normalise(out, offsets[row], offsets[row + 1], norm);
    if (above !== undefined) for (let k = 0; k < out.length; k++) out[k] = out[k] > above ? 1 : 0;
    if (float32) for (let k = 0; k < out.length; k++) out[k] = Math.fround(out[k]);
    return [{ type: 'f64', shape: [out.length], data: out }];
  };
};

function normalise(values: Float64Array, start: number, end: number, norm: Norm): void {
  let size = 0;
  for (let k = start; k < end; k++) {
    const value = Math.abs(values[k]);
    if (norm === 'l2') size += value * value;
    else if (norm === 'l1') size += value;
    else if (value > size) size = value;
  }
  if (norm === 'l2') size = Math.sqrt(size);
  if (size !== 0) for (let k = start; k < end; k++) values[k] /= size;
}
