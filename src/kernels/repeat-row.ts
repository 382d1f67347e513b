import type { Kernel } from './kernel.js';
import type { StoredArray, Value } from './value.js';

export interface RepeatRowParams {
  /** A single number as a vector [rows] instead of [rows, 1]. */
  readonly flat: boolean;
}

/** Nothing -> the array `row` (float64 or int32) for every row of the request: [rows, n] of its type. */
export const repeatRow: Kernel<RepeatRowParams> = ({ params: { flat }, arrays }) => {
  const { row } = arrays;
  const type = row instanceof Int32Array ? 'i32' : 'f64';
  return (_, rows) => {
    const data = new (row.constructor as new (n: number) => StoredArray)(rows * row.length);
    for (let at = 0; at < data.length; at += row.length) (data as Float64Array).set(row as Float64Array, at);
    return [{ type, shape: flat ? [rows] : [rows, row.length], data } as Value];
  };
};
