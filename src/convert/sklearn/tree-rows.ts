import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { TreeSpec } from '../tree-spec.js';
import { addTrees, type TreesOptions } from '../trees.js';
import type { Features } from './features.js';
import { isSparse } from './joined-features.js';

/** Columns are left out when no more than this share of them is asked about. */
const WORTHWHILE = 1 / 4;

/**
 * The sum of an ensemble's leaves (addTrees). Of sparse features the kernel gets only the columns that some split asks about:
 * trees look at few words of a vocabulary, and at few categories of many.
 */
export function addTreesOn(
  g: GraphBuilder,
  features: Features,
  trees: readonly TreeSpec[],
  options: TreesOptions,
): Ref {
  if (!isSparse(features)) return addTrees(g, features.floats(), trees, options);
  const used = new Set<number>();
  for (const { left, feature } of trees)
    for (let node = 0; node < left.length; node++) if (left[node] >= 0) used.add(feature[node]);
  const columns = [...used].sort((a, b) => a - b);
  // A tree that asks for a column that is not there is refused where all trees are.
  const valid = columns.every(column => column >= 0 && column < features.width);
  if (!valid || columns.length === 0 || columns.length > features.width * WORTHWHILE)
    return addTrees(g, features.floats(), trees, options);
  const position = new Map(columns.map((column, at) => [column, at]));
  const narrow = trees.map(tree => ({
    ...tree,
    feature: Int32Array.from(tree.feature, column => position.get(column) ?? 0),
  }));
  return addTrees(g, features.select(columns).floats(), narrow, options);
}
