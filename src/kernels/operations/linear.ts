import type { Value } from '../value.js';
import { type Numbers, numbersOf, type Operation, resultOf } from './operation.js';

/** a [n, k] @ b [k, m], or b [k]. */
const matMul: Operation = ([a, b]) => {
  const [n, k] = a.shape;
  const m = b.shape.length === 1 ? 1 : b.shape[1];
  const out = new Float64Array(n * m);
  addProduct(numbersOf(a), numbersOf(b), out, n, k, m);
  return resultOf('f64', b.shape.length === 1 ? [n] : [n, m], out);
};

/** x [n, k] @ w [k, m] + b [m] */
const gemm: Operation = ([x, w, b]: readonly Value[]) => {
  const [n, k] = x.shape;
  const m = w.shape[1];
  const bias = numbersOf(b);
  const out = new Float64Array(n * m);
  addProduct(numbersOf(x), numbersOf(w), out, n, k, m);
  for (let i = 0; i < out.length; i++) out[i] += bias[i % m];
  return resultOf('f64', [n, m], out);
};

function addProduct(a: Numbers, b: Numbers, out: Float64Array, n: number, k: number, m: number): void {
  for (let row = 0; row < n; row++) {
    const to = row * m;
    for (let l = 0; l < k; l++) {
      const factor = a[row * k + l];
      const from = l * m;
      for (let j = 0; j < m; j++) out[to + j] += factor * b[from + j];
    }
  }
}

export const LINEAR: Readonly<Record<string, Operation>> = { MatMul: matMul, Gemm: gemm };
