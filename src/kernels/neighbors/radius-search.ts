import type { KernelConstants } from '../kernel.js';
import { type Metric, type MetricParams, metricOf } from './metric.js';
import type { Weighting } from './weights.js';

export interface RadiusParams {
  readonly metric: MetricParams;
  readonly radius: number;
  readonly weighting: Weighting;
}

/** The points of the array `points` within a radius of a row, and how much each counts. */
export class RadiusSearch {
  /** Of the row asked last: positions and weights of its neighbours, `count` of them. */
  readonly neighbors: Int32Array;
  readonly weights: Float64Array;
  count = 0;

  private readonly points: Float64Array;
  private readonly metric: Metric;
  private readonly limit: number;

  constructor(
    private readonly params: RadiusParams,
    arrays: KernelConstants['arrays'],
    private readonly columns: number,
  ) {
    this.points = arrays.points as Float64Array;
    this.metric = metricOf(params.metric, arrays);
    this.limit = this.metric.toReduced(params.radius);
    this.neighbors = new Int32Array(this.points.length / columns);
    this.weights = new Float64Array(this.neighbors.length);
  }

  search(rows: Float64Array, from: number): void {
    const { points, columns, metric, limit, neighbors, weights } = this;
    let count = 0;
    let touching = false;
    for (let at = 0, point = 0; at < points.length; at += columns, point++) {
      const reduced = metric.reduced(rows, from, points, at, columns);
      if (!(reduced <= limit)) continue;
      if (reduced === 0) touching = true;
      neighbors[count] = point;
      weights[count++] = reduced;
    }
    this.count = count;
    if (this.params.weighting === 'uniform') weights.fill(1, 0, count);
    else if (touching) for (let i = 0; i < count; i++) weights[i] = weights[i] === 0 ? 1 : 0;
    else for (let i = 0; i < count; i++) weights[i] = 1 / metric.toDistance(weights[i]);
  }
}
