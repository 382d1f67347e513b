import type { StoredArray } from '../value.js';
import type { Metric } from './metric.js';
import type { NearestHeap } from './nearest-heap.js';

/**
 * A k-d tree or ball tree as scikit-learn stores it: a full binary tree, the children of node i being 2i + 1 and 2i + 2. A node
 * holds the points `order[starts[i]]` up to `order[ends[i]]`.
 *
 *   kd     bounds [2, nodes, columns]: the smallest and largest value of each column in the node
 *   ball   bounds [nodes, columns]: the middle of the node; no point of it is farther than radii[i] away
 */
export interface SpaceTreeArrays {
  readonly order: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly leaves: Uint8Array;
  readonly radii: Float64Array;
  readonly bounds: Float64Array;
}

export type SpaceTreeKind = 'kd' | 'ball';

/** Finds the nearest points by leaving out nodes that cannot hold any, in scikit-learn's order, so that ties fall alike. */
export class SpaceTree {
  private readonly arrays: SpaceTreeArrays;
  private readonly nodes: number;
  private row: Float64Array = new Float64Array(0);
  private from = 0;

  constructor(
    private readonly kind: SpaceTreeKind,
    arrays: Readonly<Record<string, StoredArray>>,
    private readonly points: Float64Array,
    private readonly columns: number,
    private readonly metric: Metric,
    private readonly heap: NearestHeap,
    /** The power of a k-d tree's metric; infinite for chebyshev. */
    private readonly power: number,
  ) {
    this.arrays = arrays as unknown as SpaceTreeArrays;
    this.nodes = this.arrays.starts.length;
  }

  /** Fills the heap with reduced distances to the row that begins at `from`. */
  search(rows: Float64Array, from: number): void {
    this.row = rows;
    this.from = from;
    this.visit(0, this.lowest(0));
  }

  private visit(node: number, lowest: number): void {
    const { heap, metric, row, from, points, columns } = this;
    if (lowest > heap.distances[0]) return;
    const { order, starts, ends, leaves } = this.arrays;
    if (leaves[node] === 1) {
      for (let i = starts[node]; i < ends[node]; i++) {
        const point = order[i];
        heap.push(metric.reduced(row, from, points, point * columns, columns), point);
      }
      return;
    }
    const left = 2 * node + 1;
    const toLeft = this.lowest(left);
    const toRight = this.lowest(left + 1);
    if (toLeft <= toRight) {
      this.visit(left, toLeft);
      this.visit(left + 1, toRight);
    } else {
      this.visit(left + 1, toRight);
      this.visit(left, toLeft);
    }
  }

  /** No point of the node has a smaller reduced distance. */
  private lowest(node: number): number {
    return this.kind === 'kd' ? this.lowestOfBox(node) : this.lowestOfBall(node);
  }

  private lowestOfBox(node: number): number {
    const { row, from, columns, power } = this;
    const { bounds } = this.arrays;
    const low = node * columns;
    const high = (this.nodes + node) * columns;
    let lowest = 0;
    for (let k = 0; k < columns; k++) {
      const below = bounds[low + k] - row[from + k];
      const above = row[from + k] - bounds[high + k];
      const outside = 0.5 * (below + Math.abs(below) + (above + Math.abs(above)));
      if (power === Number.POSITIVE_INFINITY) lowest = Math.max(lowest, outside);
      else if (power === 2) lowest += outside * outside;
      else lowest += power === 1 ? outside : outside ** power;
    }
    return lowest;
  }

  private lowestOfBall(node: number): number {
    const { row, from, columns, metric } = this;
    const { bounds, radii } = this.arrays;
    const distance = metric.toDistance(metric.reduced(row, from, bounds, node * columns, columns));
    return metric.toReduced(Math.max(0, distance - radii[node]));
  }
}
