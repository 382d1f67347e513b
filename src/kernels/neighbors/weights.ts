/** How the neighbours of a row count: all alike, or by the inverse of their distance. */
export type Weighting = 'uniform' | 'distance';

/** Weights of k neighbours into `weights`. When some are at distance 0, those count 1 and all others 0. */
export function weigh(distances: Float64Array, from: number, k: number, weights: Float64Array): void {
  let touching = false;
  for (let i = 0; i < k; i++) {
    weights[i] = 1 / distances[from + i];
    if (weights[i] === Number.POSITIVE_INFINITY) touching = true;
  }
  if (!touching) return;
  for (let i = 0; i < k; i++) weights[i] = weights[i] === Number.POSITIVE_INFINITY ? 1 : 0;
}
