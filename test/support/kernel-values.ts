import type { Kernel } from '../../src/kernels/kernel.js';
import type { StoredArray, Value } from '../../src/kernels/value.js';

/** Runs a kernel once, on as many rows as its first input has (or `rows`). */
export function runKernel<P>(
  kernel: Kernel<P>,
  inputs: readonly Value[],
  params: P,
  arrays: Readonly<Record<string, StoredArray>> = {},
  rows = inputs[0].shape[0],
): Value[] {
  return kernel({ params, arrays })(inputs, rows);
}

export function f64(shape: readonly number[], ...numbers: number[]): Value<'f64'> {
  return { type: 'f64', shape, data: Float64Array.from(numbers) };
}

export function i32(shape: readonly number[], ...numbers: number[]): Value<'i32'> {
  return { type: 'i32', shape, data: Int32Array.from(numbers) };
}

export function str(...texts: (string | null)[]): Value<'str'> {
  return { type: 'str', shape: [texts.length], data: texts };
}
