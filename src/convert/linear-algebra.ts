/** Dense algebra on small row-major matrices, for what a conversion has to work out once. */

/** a [n, k] @ b [k, m] */
export function product(a: Float64Array, b: Float64Array, n: number, k: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l];
      for (let j = 0; j < m; j++) out[i * m + j] += factor * b[l * m + j];
    }
  }
  return out;
}

/**
 * The solution x [n, m] of a x = b for a [n, n]: elimination with row pivots. Undefined when a is singular.
 * Neither argument is written to.
 */
export function solve(a: Float64Array, b: Float64Array, n: number): Float64Array | undefined {
  const left = a.slice();
  const right = b.slice();
  const m = b.length / n;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(left[i * n + column]) > Math.abs(left[pivot * n + column])) pivot = i;
    }
    swapRows(left, n, pivot, column);
    swapRows(right, m, pivot, column);
    const top = left[column * n + column];
    if (top === 0 || !Number.isFinite(top)) return undefined;
    for (let i = column + 1; i < n; i++) {
      const factor = left[i * n + column] / top;
      if (factor === 0) continue;
      for (let j = column; j < n; j++) left[i * n + j] -= factor * left[column * n + j];
      for (let j = 0; j < m; j++) right[i * m + j] -= factor * right[column * m + j];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = 0; j < m; j++) {
      let sum = right[i * m + j];
      for (let l = i + 1; l < n; l++) sum -= left[i * n + l] * right[l * m + j];
      right[i * m + j] = sum / left[i * n + i];
    }
  }
  return right;
}

/** Undefined when the matrix is singular. */
export function inverse(a: Float64Array, n: number): Float64Array | undefined {
  const identity = new Float64Array(n * n);
  for (let i = 0; i < n; i++) identity[i * n + i] = 1;
  return solve(a, identity, n);
}

function swapRows(matrix: Float64Array, columns: number, i: number, j: number): void {
  if (i === j) return;
  for (let k = 0; k < columns; k++) {
    const value = matrix[i * columns + k];
    matrix[i * columns + k] = matrix[j * columns + k];
    matrix[j * columns + k] = value;
  }
}
