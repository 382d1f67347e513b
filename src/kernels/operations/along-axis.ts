import type { Value } from '../value.js';
import { aroundAxis, integersOf, newNumbers, numbersOf, type Operation, resultOf } from './operation.js';

function without(shape: readonly number[], axis: number, keep: boolean): number[] {
  const at = axis < 0 ? axis + shape.length : axis;
  return keep ? shape.map((size, i) => (i === at ? 1 : size)) : shape.filter((_, i) => i !== at);
}

/** Folds an axis: input 1 holds its number. */
function reduction(first: number, fold: (sum: number, x: number) => number, mean = false): Operation {
  return ([value, axes], type, { keepdims }) => {
    const x = numbersOf(value);
    const [axis] = integersOf(axes);
    const { outer, length, inner } = aroundAxis(value.shape, axis);
    const out = newNumbers(type, outer * inner);
    for (let o = 0, to = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        let sum = first;
        for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) sum = fold(sum, x[at]);
        out[to++] = mean ? sum / length : sum;
      }
    }
    return resultOf(type, without(value.shape, axis, keepdims === 1), out);
  };
}

/** Position of the first of the best; NaN is better than any number, as in numpy. */
function position(isBetter: (x: number, best: number) => boolean): Operation {
  return ([value], _, attributes) => {
    const x = numbersOf(value);
    const axis = attributes.axis as number;
    const { outer, length, inner } = aroundAxis(value.shape, axis);
    const out = new BigInt64Array(outer * inner);
    for (let o = 0, to = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const from = o * length * inner + i;
        let best = 0;
        for (let l = 1; l < length && !Number.isNaN(x[from + best * inner]); l++) {
          const candidate = x[from + l * inner];
          if (isBetter(candidate, x[from + best * inner]) || Number.isNaN(candidate)) best = l;
        }
        out[to++] = BigInt(best);
      }
    }
    return { type: 'i64', shape: without(value.shape, axis, attributes.keepdims === 1), data: out };
  };
}

const cumulative: Operation = ([value, axes], type) => {
  const x = numbersOf(value);
  const { length, inner } = aroundAxis(value.shape, integersOf(axes)[0]);
  const out = newNumbers(type, x.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.floor(i / inner) % length === 0 ? x[i] : out[i - inner] + x[i];
  return resultOf(type, value.shape, out);
};

/** Rows of a table, or places along another axis, by position. */
const gather: Operation = ([table, indices], type, attributes) => {
  const x = numbersOf(table);
  const axis = (attributes.axis as number | undefined) ?? 0;
  const { outer, length, inner } = aroundAxis(table.shape, axis);
  const positions = Array.from(indices.data as ArrayLike<number | bigint>, Number);
  const out = newNumbers(type, outer * positions.length * inner);
  for (let o = 0, to = 0; o < outer; o++) {
    for (const position of positions) {
      const from = (o * length + position) * inner;
      for (let i = 0; i < inner; i++) out[to++] = x[from + i];
    }
  }
  return resultOf(type, [...table.shape.slice(0, axis), ...indices.shape, ...table.shape.slice(axis + 1)], out);
};

const concat: Operation = (parts, type, attributes) => {
  const axis = attributes.axis as number;
  const around = parts.map(part => aroundAxis(part.shape, axis));
  const length = around.reduce((total, part) => total + part.length, 0);
  const { outer, inner } = around[0];
  const out = newNumbers(type, outer * length * inner);
  let offset = 0;
  parts.forEach((part: Value, p) => {
    const width = around[p].length * inner;
    const x = numbersOf(part);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < width; i++) out[o * length * inner + offset + i] = x[o * width + i];
    }
    offset += width;
  });
  const shape = parts[0].shape.map((size, i) => (i === axis ? length : size));
  return resultOf(type, shape, out);
};

const transpose: Operation = ([value], type, { perm }) => {
  const x = numbersOf(value);
  const order = perm as readonly number[];
  const shape = order.map(axis => value.shape[axis]);
  const strides = order.map(axis => aroundAxis(value.shape, axis).inner);
  const out = newNumbers(type, x.length);
  const index = new Int32Array(shape.length);
  for (let to = 0, from = 0; to < out.length; to++) {
    out[to] = x[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return resultOf(type, shape, out);
};

/** Input 1 is the new shape, in which -1 stands for whatever is left. */
const reshape: Operation = ([value, wanted], type) => {
  const x = numbersOf(value);
  const shape = integersOf(wanted);
  const known = shape.reduce((size, length) => (length === -1 ? size : size * length), 1);
  return resultOf(
    type,
    shape.map(length => (length === -1 ? x.length / known : length)),
    x.slice(),
  );
};

export const ALONG_AXIS: Readonly<Record<string, Operation>> = {
  ReduceSum: reduction(0, (sum, x) => sum + x),
  ReduceMean: reduction(0, (sum, x) => sum + x, true),
  ReduceMax: reduction(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMin: reduction(Number.POSITIVE_INFINITY, Math.min),
  ReduceProd: reduction(1, (product, x) => product * x),
  ArgMax: position((x, best) => x > best),
  ArgMin: position((x, best) => x < best),
  CumSum: cumulative,
  Gather: gather,
  Concat: concat,
  Transpose: transpose,
  Reshape: reshape,
};
