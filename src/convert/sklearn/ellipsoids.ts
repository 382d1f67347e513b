import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { Matrix } from './dense.js';

/** Where a normal distribution lies, and the axes [features, n] on which its rows have variance 1. */
export interface Ellipsoid {
  readonly centre: Float64Array;
  readonly axes: Matrix;
}

/** |(x - centre) @ axes|^2 for each ellipsoid, [rows, ellipsoids]: one matrix product for all. */
export function squaredRadii(g: GraphBuilder, x: Ref, ellipsoids: readonly Ellipsoid[]): Ref {
  const features = x.shape[1];
  const count = ellipsoids.length;
  const width = Math.max(...ellipsoids.map(({ axes }) => axes.columns));
  // Centres far from 0 would cost the product digits: everything is moved to their middle first.
  const middle = new Float64Array(features);
  for (const { centre } of ellipsoids) for (let i = 0; i < features; i++) middle[i] += centre[i] / count;

  const weights = new Float64Array(features * count * width);
  const bias = new Float64Array(count * width);
  ellipsoids.forEach(({ centre, axes }, k) => {
    for (let i = 0; i < features; i++) {
      for (let j = 0; j < axes.columns; j++) {
        const value = axes.data[i * axes.columns + j];
        weights[(i * count + k) * width + j] = value;
        bias[k * width + j] -= (centre[i] - middle[i]) * value;
      }
    }
  });
  const from = g.sub(x, g.constant(middle));
  const along = g.linear(from, g.matrix(weights, features, count * width), g.constant(bias));
  return g.sum(g.square(g.reshape(along, [-1, count, width])), 2);
}
