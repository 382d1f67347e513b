import { badFile } from '../../formats/errors.js';
import { asFloat64, asInt32, asString, attr, field, item, type Place, stateOf } from '../../formats/pickle/access.js';
import type { MetricParams } from '../../kernels/neighbors/metric.js';
import type { SpaceTreeArrays, SpaceTreeKind } from '../../kernels/neighbors/space-tree.js';
import type { Matrix } from './dense.js';
import type { FittedTree } from './distances.js';
import { unsupported } from './estimator.js';

/**
 * The tree of a fitted index of neighbours, or undefined when it looks at every point. `_tree` is a KDTree or BallTree whose
 * state is a tuple:
 *
 *   0 points [n, columns]                      3 bounds [2 or 1, nodes, columns] (kernels/neighbors/space-tree.ts)
 *   1 order of the points, [n]                 4.. sizes, counters, the metric, weights
 *   2 nodes [nodes]: records of idx_start, idx_end, is_leaf, radius
 */
export function fittedTree(estimator: Place, points: Matrix, metric: MetricParams): FittedTree | undefined {
  const method = asString(attr(estimator, '_fit_method'));
  if (method === 'brute') return undefined;
  if (method !== 'kd_tree' && method !== 'ball_tree') throw unsupported(estimator, `algorithm '${method}'`);
  const kind = method === 'kd_tree' ? 'kd' : 'ball';
  const state = stateOf(attr(estimator, '_tree'));
  const nodes = item(state, 2);
  const arrays: SpaceTreeArrays = {
    order: asInt32(item(state, 1)).data,
    starts: asInt32(field(nodes, 'idx_start')).data,
    ends: asInt32(field(nodes, 'idx_end')).data,
    leaves: Uint8Array.from(asInt32(field(nodes, 'is_leaf')).data),
    radii: asFloat64(field(nodes, 'radius')).data,
    bounds: asFloat64(item(state, 3)).data,
  };
  check(state, kind, arrays, points);
  return { params: { kind, power: kind === 'kd' ? powerOf(estimator, metric) : 0 }, arrays: { ...arrays } };
}

function powerOf(estimator: Place, { name, p }: MetricParams): number {
  if (name === 'euclidean') return 2;
  if (name === 'manhattan') return 1;
  if (name === 'chebyshev') return Number.POSITIVE_INFINITY;
  if (name === 'minkowski' && p !== undefined) return p;
  throw unsupported(estimator, `metric '${name}' in a k-d tree`);
}

/** Every node's points exist and every inner node has its children; a search cannot leave the arrays. */
function check(state: Place, kind: SpaceTreeKind, tree: SpaceTreeArrays, points: Matrix): void {
  const { order, starts, ends, leaves, radii, bounds } = tree;
  const nodes = starts.length;
  const sizesFit =
    nodes > 0 &&
    order.length === points.rows &&
    radii.length === nodes &&
    bounds.length === nodes * points.columns * (kind === 'kd' ? 2 : 1);
  const nodesFit =
    sizesFit &&
    starts.every((start, node) => {
      const inside = start >= 0 && start <= ends[node] && ends[node] <= order.length;
      return inside && (leaves[node] === 1 || 2 * node + 2 < nodes);
    });
  if (!nodesFit || !order.every(point => point >= 0 && point < points.rows)) {
    throw badFile(
      `${state.path}: the arrays of this tree do not fit ${points.rows} points of ${points.columns} columns`,
    );
  }
}
