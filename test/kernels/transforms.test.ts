import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kernel } from '../../src/kernels/kernel.js';
import { above, bothClasses, softmax, type TransformName, transform } from '../../src/kernels/transforms.js';
import type { Value } from '../../src/kernels/value.js';

function run<P>(kernel: Kernel<P>, params: P, data: Float32Array | Float64Array, shape: readonly number[]): Value {
  const type = data instanceof Float32Array ? 'f32' : 'f64';
  return kernel({ params, arrays: {} })([{ type, shape, data } as Value], shape[0])[0];
}

const apply = (name: TransformName, factor: number, data: Float32Array | Float64Array) =>
  Array.from(run(transform, { name, factor }, data, [data.length]).data as Float64Array);

test('float64 functions', () => {
  assert.deepEqual(apply('sigmoid', 1, Float64Array.of(0, -800, 800)), [0.5, 0, 1]);
  assert.deepEqual(apply('sigmoid', 2, Float64Array.of(1)), [1 / (1 + Math.exp(-2))]);
  assert.deepEqual(apply('exp', 1, Float64Array.of(0, 1)), [1, Math.E]);
  assert.deepEqual(apply('log1pExp', 1, Float64Array.of(0)), [Math.LN2]);
  assert.deepEqual(apply('signedSquare', 1, Float64Array.of(-3, 2)), [-9, 4]);
  assert.deepEqual(apply('positive', 1, Float64Array.of(-1, 0, 1e-300)), [0, 0, 1]);
});

test('the float32 sigmoid never divides by infinity', () => {
  const [low, middle, high] = apply('sigmoid', 1, Float32Array.of(-1000, 0, 1000));
  assert.ok(low > 0 && low < 1e-38);
  assert.equal(middle, 0.5);
  assert.equal(high, 1);
});

test('softmax sums to one and survives large numbers', () => {
  const data = run(softmax, {}, Float64Array.of(1000, 1000, 0, 0, 0, 0), [2, 3]).data as Float64Array;
  assert.deepEqual(Array.from(data), [0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3]);
  const single = run(softmax, {}, Float32Array.of(0, 0, 0), [1, 3]);
  assert.equal(single.type, 'f32');
  assert.deepEqual(Array.from(single.data as Float32Array), new Array(3).fill(Math.fround(1 / 3)));
});

test('above is strict and keeps the shape', () => {
  const value = run(above, { limit: 0.5 }, Float32Array.of(0.5, 0.50001, 1, 0), [2, 2]);
  assert.deepEqual(value, { type: 'i32', shape: [2, 2], data: Int32Array.of(0, 1, 1, 0) });
  const inclusive = run(above, { limit: 0.5, inclusive: true }, Float32Array.of(0.5, 0.4), [2]);
  assert.deepEqual(inclusive.data, Int32Array.of(1, 0));
});

test('softmax of scaled numbers', () => {
  const { data } = run(softmax, { factor: 2 }, Float64Array.of(0, Math.log(3)), [1, 2]);
  assert.ok(Math.abs((data as Float64Array)[1] - 0.9) < 1e-15);
});

test('both classes share one', () => {
  const value = run(bothClasses, undefined, Float64Array.of(0.25, 1), [2]);
  assert.deepEqual(value, { type: 'f64', shape: [2, 2], data: Float64Array.of(0.75, 0.25, 0, 1) });
});
