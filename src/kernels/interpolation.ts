import { ServerError } from '../core/errors.js';
import { interpolate } from './interpolate.js';
import type { Kernel } from './kernel.js';

export interface InterpolationParams {
  /** What becomes of numbers beyond the ends of the line: NaN, the value at the end, or an error. */
  readonly outside: 'nan' | 'clip' | 'raise';
}

/** Numbers of any shape -> the broken line through the points of the arrays `x` (rising) and `y` at these numbers. */
export const interpolation: Kernel<InterpolationParams> = ({ params: { outside }, arrays }) => {
  const x = arrays.x as Float64Array;
  const y = arrays.y as Float64Array;
  const last = x.length - 1;
  return ([values]) => {
    const data = values.data as Float64Array;
    const out = new Float64Array(data.length);
    for (let i = 0; i < out.length; i++) {
      const at = data[i];
      const isOutside = at < x[0] || at > x[last];
      if (isOutside && outside === 'raise')
        throw new ServerError('INVALID_ARGUMENT', `value ${i}: expected ${x[0]} to ${x[last]}, got ${at}`);
      out[i] = isOutside && outside === 'nan' ? Number.NaN : interpolate(at, x, y);
    }
    return [{ type: 'f64', shape: values.shape, data: out }];
  };
};
