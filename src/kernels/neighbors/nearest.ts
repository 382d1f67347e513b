import type { Kernel } from '../kernel.js';
import { columnsOf } from '../value.js';
import { type MetricParams, metricOf } from './metric.js';
import { NearestHeap } from './nearest-heap.js';
import { SpaceTree, type SpaceTreeKind } from './space-tree.js';

export interface NearestParams {
  readonly k: number;
  readonly metric: MetricParams;
  /** The tree whose arrays are given; absent: every point is looked at. */
  readonly tree?: { readonly kind: SpaceTreeKind; readonly power: number };
  /** For k = 1: vectors [rows] instead of [rows, 1]. */
  readonly flat?: boolean;
}

/**
 * Rows [rows, columns] -> the k nearest of the array `points` [n, columns], nearest first: [distances f64, positions i32], both
 * [rows, k]. A second input [rows, n] orders the points when their distances are known already, by anything that rises with
 * them; the distances given back are measured anew from the coordinates, so that a point is at distance 0 from itself.
 */
export const nearest: Kernel<NearestParams> = ({ params, arrays }) => {
  const { k, flat } = params;
  const points = arrays.points as Float64Array;
  const metric = metricOf(params.metric, arrays);
  const heap = new NearestHeap(k);
  let tree: SpaceTree | undefined;
  return ([x, order], rows) => {
    const columns = columnsOf(x);
    const data = x.data as Float64Array;
    const distances = new Float64Array(rows * k);
    const indices = new Int32Array(rows * k);
    if (params.tree !== undefined) {
      const { kind, power } = params.tree;
      tree ??= new SpaceTree(kind, arrays, points, columns, metric, heap, power);
    }
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      heap.clear();
      if (tree !== undefined) tree.search(data, from);
      else if (order !== undefined) searchKnown(order.data as Float64Array, row, points.length / columns, heap);
      else {
        for (let at = 0, point = 0; at < points.length; at += columns, point++) {
          heap.push(metric.reduced(data, from, points, at, columns), point);
        }
      }
      if (order !== undefined) {
        for (let i = 0; i < k; i++) {
          heap.distances[i] = metric.reduced(data, from, points, heap.indices[i] * columns, columns);
        }
      }
      heap.sort();
      for (let i = 0; i < k; i++) distances[row * k + i] = metric.toDistance(heap.distances[i]);
      indices.set(heap.indices, row * k);
    }
    const shape = flat === true ? [rows] : [rows, k];
    return [
      { type: 'f64', shape, data: distances },
      { type: 'i32', shape, data: indices },
    ];
  };
};

function searchKnown(order: Float64Array, row: number, points: number, heap: NearestHeap): void {
  const from = row * points;
  let farthest = Number.POSITIVE_INFINITY;
  for (let point = 0; point < points; point++) {
    const distance = order[from + point];
    // Most points are too far, which a number at hand tells sooner than the heap.
    if (!(distance < farthest)) continue;
    heap.push(distance, point);
    farthest = heap.distances[0];
  }
}
