import type { Value } from '../value.js';
import { type Numbers, numbersOf, sizeOf } from './operation.js';

/** numpy's rule for shapes that meet: aligned at the end, 1 gives way. */
export function commonShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const shape: number[] = new Array(Math.max(a.length, b.length));
  for (let i = 1; i <= shape.length; i++) {
    const left = i <= a.length ? a[a.length - i] : 1;
    const right = i <= b.length ? b[b.length - i] : 1;
    shape[shape.length - i] = left === 1 ? right : left;
  }
  return shape;
}

/** The elements of a value as those of a larger shape: repeated along the axes where it has length 1 or none at all. */
export function spread(value: Value, shape: readonly number[]): Numbers {
  const data = numbersOf(value);
  const size = sizeOf(shape);
  if (data.length === size) return data;
  const out = new (data.constructor as new (n: number) => Numbers)(size);
  if (data.length === 1) return out.fill(data[0]);

  const strides = new Int32Array(shape.length);
  const missing = shape.length - value.shape.length;
  for (let axis = value.shape.length - 1, stride = 1; axis >= 0; stride *= value.shape[axis--]) {
    strides[missing + axis] = value.shape[axis] === 1 ? 0 : stride;
  }
  const index = new Int32Array(shape.length);
  for (let to = 0, from = 0; to < size; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}
