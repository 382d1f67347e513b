import type { Kernel } from './kernel.js';
import { columnsOf, type StoredArray, type Value } from './value.js';

export interface LabelsParams {
  /** Text labels; absent when the array `classes` holds them. */
  readonly texts?: readonly string[];
  /** Shows a Uint8Array of classes as booleans. */
  readonly booleans?: boolean;
}

/** Class positions (i32, any shape) -> the classes at those positions, of the array's type or text. */
export const labels: Kernel<LabelsParams> = ({ params, arrays }) => {
  const { texts } = params;
  const { classes } = arrays;
  return ([positions], rows) => {
    const index = positions.data as Int32Array;
    const count = rows * columnsOf(positions);
    const { shape } = positions;
    if (texts !== undefined) return [{ type: 'str', shape, data: Array.from(index, i => texts[i]) }];
    const data = new (classes.constructor as new (n: number) => StoredArray)(count);
    for (let i = 0; i < count; i++) data[i] = classes[index[i]];
    return [{ type: typeOf(classes, params.booleans === true), shape, data } as Value];
  };
};

function typeOf(array: StoredArray, booleans: boolean): Value['type'] {
  if (array instanceof BigInt64Array) return 'i64';
  if (array instanceof Float64Array) return 'f64';
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Int32Array) return 'i32';
  return booleans ? 'bool' : 'u8';
}
