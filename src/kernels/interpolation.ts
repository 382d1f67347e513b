import { ServerError } from '../core/errors.js';
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
      if (at < x[0] || at > x[last]) {
        if (outside === 'raise')
          throw new ServerError('INVALID_ARGUMENT', `value ${i}: expected ${x[0]} to ${x[last]}, got ${at}`);
        out[i] = outside === 'nan' ? Number.NaN : at < x[0] ? y[0] : y[last];
      } else out[i] = onLine(x, y, at);
    }
    return [{ type: 'f64', shape: values.shape, data: out }];
  };
};

/** For a number within the ends: the value on the piece it falls on. */
function onLine(x: Float64Array, y: Float64Array, at: number): number {
  let low = 0;
  let high = x.length - 1;
  if (at === x[high]) return y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  if (high === low) return y[low];
  return ((y[high] - y[low]) / (x[high] - x[low])) * (at - x[low]) + y[low];
}
