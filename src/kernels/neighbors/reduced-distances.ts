import { ServerError } from '../../core/errors.js';

/** Compares `n` numbers of `a` from `i` on with those of `b` from `j` on; metric.ts says how a distance comes of it. */
export type ReducedDistance = (a: Float64Array, i: number, b: Float64Array, j: number, n: number) => number;

export function squares(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const d = a[i + k] - b[j + k];
    sum += d * d;
  }
  return sum;
}

/** Squares of the pairs without NaN, scaled up to all n; NaN when there are none. */
export function knownSquares(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  let known = 0;
  for (let k = 0; k < n; k++) {
    const d = a[i + k] - b[j + k];
    if (Number.isNaN(d)) continue;
    sum += d * d;
    known++;
  }
  return known === 0 ? Number.NaN : (sum / known) * n;
}

export function scaledSquares(variances: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const d = a[i + k] - b[j + k];
      sum += (d * d) / variances[k];
    }
    return sum;
  };
}

/** (a - b)' M (a - b) */
export function quadraticForm(matrix: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let row = 0; row < n; row++) {
      let product = 0;
      for (let k = 0; k < n; k++) product += matrix[row * n + k] * (a[i + k] - b[j + k]);
      sum += product * (a[i + row] - b[j + row]);
    }
    return sum;
  };
}

export function manhattan(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.abs(a[i + k] - b[j + k]);
  return sum;
}

export function chebyshev(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let most = 0;
  for (let k = 0; k < n; k++) most = Math.max(most, Math.abs(a[i + k] - b[j + k]));
  return most;
}

export function powers(p: number): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += Math.abs(a[i + k] - b[j + k]) ** p;
    return sum;
  };
}

export function weightedPowers(p: number, weights: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += weights[k] * Math.abs(a[i + k] - b[j + k]) ** p;
    return sum;
  };
}

export function powersOfWeighted(p: number, weights: Float64Array): ReducedDistance {
  return (a, i, b, j, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (weights[k] * Math.abs(a[i + k] - b[j + k])) ** p;
    return sum;
  };
}

export function canberra(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const size = Math.abs(a[i + k]) + Math.abs(b[j + k]);
    if (size > 0) sum += Math.abs(a[i + k] - b[j + k]) / size;
  }
  return sum;
}

export function brayCurtis(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let difference = 0;
  let size = 0;
  for (let k = 0; k < n; k++) {
    difference += Math.abs(a[i + k] - b[j + k]);
    size += Math.abs(a[i + k]) + Math.abs(b[j + k]);
  }
  return size > 0 ? difference / size : 0;
}

/** 1 - cos of the angle; rows of zeros are at distance 1 of everything. */
export function cosine(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let product = 0;
  let left = 0;
  let right = 0;
  for (let k = 0; k < n; k++) {
    product += a[i + k] * b[j + k];
    left += a[i + k] * a[i + k];
    right += b[j + k] * b[j + k];
  }
  const size = Math.sqrt(left) * Math.sqrt(right);
  return size === 0 ? 1 : Math.min(Math.max(1 - product / size, 0), 2);
}

/** The cosine distance of rows less their means. */
export function correlation(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let meanA = 0;
  let meanB = 0;
  for (let k = 0; k < n; k++) {
    meanA += a[i + k] / n;
    meanB += b[j + k] / n;
  }
  let product = 0;
  let left = 0;
  let right = 0;
  for (let k = 0; k < n; k++) {
    const x = a[i + k] - meanA;
    const y = b[j + k] - meanB;
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return 1 - product / Math.sqrt(left * right);
}

/** Of latitude and longitude in radians. */
export function haversine(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const latitude = Math.sin(0.5 * (a[i] - b[j]));
  const longitude = Math.sin(0.5 * (a[i + 1] - b[j + 1]));
  return latitude * latitude + Math.cos(a[i]) * Math.cos(b[j]) * longitude * longitude;
}

export function hamming(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let unequal = 0;
  for (let k = 0; k < n; k++) if (a[i + k] !== b[j + k]) unequal++;
  return unequal / n;
}

/** The sum of (a - b)^2 / (a + b): for histograms, whose numbers are not negative. */
export function chi2(a: Float64Array, i: number, b: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) {
    if (a[i + k] < 0) {
      throw new ServerError('INVALID_ARGUMENT', `column ${k}: expected a number that is not negative, got ${a[i + k]}`);
    }
    const size = a[i + k] + b[j + k];
    if (size !== 0) sum += (a[i + k] - b[j + k]) ** 2 / size;
  }
  return sum;
}
