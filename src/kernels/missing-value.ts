import type { Kernel } from './kernel.js';

export interface MissingValueParams {
  readonly value: number;
}

/** f32 of any shape -> the same with NaN where the value stands that means missing. */
export const missingValue: Kernel<MissingValueParams> = ({ params: { value } }) => {
  const missing = Math.fround(value);
  return ([x]) => {
    const data = (x.data as Float32Array).map(number => (number === missing ? Number.NaN : number));
    return [{ type: 'f32', shape: x.shape, data }];
  };
};
