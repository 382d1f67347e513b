import type { MetricName } from '../../kernels/neighbors/metric.js';
import type { NearestParams } from '../../kernels/neighbors/nearest.js';
import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Matrix, transposed } from './dense.js';
import { type FittedMetric, plainMetric } from './metric.js';

/**
 * Up to this many numbers the points are compared with a row one by one: that takes some microseconds, no session, and loses no
 * digits. Beyond, squared distances come from a matrix product.
 */
const FEW_NUMBERS = 2 ** 13;

/** Beyond this many points the matrix of all distances takes more memory than its speed is worth. */
const MANY_POINTS = 2 ** 14;

/** Distances to every point, [rows, points]; `reduced` leaves out the last step that keeps their order, such as a root. */
export function distancesTo(g: GraphBuilder, x: Ref, points: Matrix, metric: FittedMetric, reduced = false): Ref {
  return g.kernel('pairwise-distances', {
    inputs: [x],
    params: { metric: metric.params, reduced },
    arrays: { ...metric.arrays, points: points.data },
    outputs: [{ type: 'f64', shape: [-1, points.rows] }],
  })[0];
}

/** Squared euclidean distances to every point, [rows, points]. */
export function squaredDistances(g: GraphBuilder, x: Ref, points: Matrix): Ref {
  if (points.data.length <= FEW_NUMBERS) return distancesTo(g, x, points, plainMetric('sqeuclidean'));
  const { from, centred } = centre(g, x, points);
  const norms = g.sum(g.square(from), 1, true);
  return g.maximum(g.add(distanceOrder(g, from, centred), norms), 0);
}

/** The tree of a fitted index: its arrays and the power of its metric. */
export interface FittedTree {
  readonly params: NonNullable<NearestParams['tree']>;
  readonly arrays: Readonly<Record<string, StoredArray>>;
}

export interface Nearest {
  /** f64 [rows, k], nearest first. */
  readonly distances: Ref;
  /** i32 [rows, k] */
  readonly indices: Ref;
}

/** The k nearest points of each row. */
export function nearestPoints(
  g: GraphBuilder,
  x: Ref,
  points: Matrix,
  k: number,
  metric: FittedMetric,
  tree?: FittedTree,
): Nearest {
  const inputs = [x];
  if (tree === undefined && worthMultiplying(points, metric.params.name)) {
    const { from, centred } = centre(g, x, points);
    inputs.push(distanceOrder(g, from, centred));
  }
  return nearest(
    g,
    inputs,
    points,
    { k, metric: metric.params, tree: tree?.params },
    { ...metric.arrays, ...tree?.arrays },
  );
}

/** Position of the nearest point, i32 [rows]; of equally near ones the first. */
export function nearestPoint(g: GraphBuilder, x: Ref, points: Matrix, metric = plainMetric('euclidean')): Ref {
  const inputs = [x];
  if (worthMultiplying(points, metric.params.name)) {
    const { from, centred } = centre(g, x, points);
    inputs.push(distanceOrder(g, from, centred));
  }
  return nearest(g, inputs, points, { k: 1, metric: metric.params, flat: true }, metric.arrays).indices;
}

function nearest(
  g: GraphBuilder,
  inputs: readonly Ref[],
  points: Matrix,
  params: NearestParams,
  arrays: Readonly<Record<string, StoredArray>>,
): Nearest {
  const shape = params.flat === true ? [-1] : [-1, params.k];
  const [distances, indices] = g.kernel('nearest', {
    inputs,
    params,
    arrays: { ...arrays, points: points.data },
    outputs: [
      { type: 'f64', shape },
      { type: 'i32', shape },
    ],
  });
  return { distances, indices };
}

function worthMultiplying(points: Matrix, metric: MetricName): boolean {
  const squares = metric === 'euclidean' || metric === 'sqeuclidean';
  return squares && points.data.length > FEW_NUMBERS && points.rows <= MANY_POINTS;
}

/** |x - p|^2 less |x|^2, [rows, points]: one matrix product. */
function distanceOrder(g: GraphBuilder, x: Ref, points: Matrix): Ref {
  const { data, rows, columns } = points;
  const norms = new Float64Array(rows);
  for (let i = 0; i < data.length; i++) norms[Math.floor(i / columns)] += data[i] * data[i];
  const factors = transposed(points).data.map(value => -2 * value);
  return g.linear(x, g.matrix(factors, columns, rows), g.constant(norms));
}

/**
 * Moves points that lie far from 0 near it, where their squares keep more digits. By whole numbers, so that whole numbers stay
 * whole and points that are equally far stay so.
 */
function centre(g: GraphBuilder, x: Ref, points: Matrix): { from: Ref; centred: Matrix } {
  const { data, rows, columns } = points;
  const middle = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) middle[i % columns] += data[i] / rows;
  for (let j = 0; j < columns; j++) middle[j] = Math.round(middle[j]);
  if (middle.every(value => value === 0)) return { from: x, centred: points };
  const centred = { rows, columns, data: data.map((value, i) => value - middle[i % columns]) };
  return { from: g.sub(x, g.constant(middle)), centred };
}
