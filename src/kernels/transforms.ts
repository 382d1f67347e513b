import type { Kernel } from './kernel.js';
import { columnsOf, type Value } from './value.js';

/** The functions that turn a booster's sum into its answer. */
export type TransformName = 'sigmoid' | 'exp' | 'log1pExp' | 'signedSquare' | 'positive';

export interface TransformParams {
  readonly name: TransformName;
  /** What the number is multiplied with first; 1 for float32. */
  readonly factor: number;
}

type Floats = Float32Array | Float64Array;

/** Element by element: f64 -> f64, f32 -> f32. In float32 each step is rounded, as XGBoost does it. */
export const transform: Kernel<TransformParams> = ({ params }) => {
  const inFloat64 = FLOAT64[params.name];
  const inFloat32 = params.name === 'sigmoid' ? sigmoid32 : inFloat64;
  return ([x]) => {
    const from = x.data as Floats;
    const data = emptyLike(from);
    const apply = x.type === 'f32' ? inFloat32 : inFloat64;
    for (let i = 0; i < from.length; i++) data[i] = apply(from[i] * params.factor);
    return [{ type: x.type, shape: x.shape, data } as Value];
  };
};

const FLOAT64: Readonly<Record<TransformName, (x: number) => number>> = {
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  exp: Math.exp,
  log1pExp: x => Math.log1p(Math.exp(x)),
  signedSquare: x => Math.sign(x) * x * x,
  positive: x => (x > 0 ? 1 : 0),
};

const SIGMOID_LARGEST = Math.fround(88.7);
const SIGMOID_EPSILON = Math.fround(1e-16);

function sigmoid32(x: number): number {
  const power = Math.fround(Math.exp(Math.min(-x, SIGMOID_LARGEST)));
  return 1 / Math.fround(Math.fround(power + 1) + SIGMOID_EPSILON);
}

export interface SoftmaxParams {
  /** What the numbers are multiplied with first; absent: 1. */
  readonly factor?: number;
}

/** exp(x - max) / sum by row: [rows, columns] f64 -> f64, f32 -> f32 (the sum itself in float64). */
export const softmax: Kernel<SoftmaxParams> = ({ params: { factor = 1 } }) => {
  return ([x], rows) => {
    const from = x.data as Floats;
    const data = emptyLike(from);
    const columns = columnsOf(x);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      const end = start + columns;
      let top = from[start] * factor;
      for (let i = start + 1; i < end; i++) top = Math.max(top, from[i] * factor);
      let sum = 0;
      for (let i = start; i < end; i++) {
        const distance = from[i] * factor - top;
        data[i] = Math.exp(x.type === 'f32' ? Math.fround(distance) : distance);
        sum += data[i];
      }
      if (x.type === 'f32') sum = Math.fround(sum);
      for (let i = start; i < end; i++) data[i] /= sum;
    }
    return [{ type: x.type, shape: x.shape, data } as Value];
  };
};

export interface AboveParams {
  readonly limit: number;
  /** Whether the limit itself counts as above. */
  readonly inclusive?: boolean;
}

/** 1 where the number is above the limit, else 0: any shape -> i32. */
export const above: Kernel<AboveParams> = ({ params: { limit, inclusive = false } }) => {
  return ([x]) => {
    const from = x.data as Floats;
    const data = new Int32Array(from.length);
    for (let i = 0; i < data.length; i++) data[i] = from[i] > limit || (inclusive && from[i] === limit) ? 1 : 0;
    return [{ type: 'i32', shape: x.shape, data }];
  };
};

/** The two classes' probabilities out of the second one's: [rows] p -> [rows, 2] (1 - p, p). */
export const bothClasses: Kernel = () => {
  return ([x], rows) => {
    const from = x.data as Floats;
    const data = x.type === 'f32' ? new Float32Array(2 * rows) : new Float64Array(2 * rows);
    for (let row = 0; row < rows; row++) {
      data[2 * row] = 1 - from[row];
      data[2 * row + 1] = from[row];
    }
    return [{ type: x.type, shape: [rows, 2], data } as Value];
  };
};

function emptyLike(array: Floats): Floats {
  return array instanceof Float32Array ? new Float32Array(array.length) : new Float64Array(array.length);
}
