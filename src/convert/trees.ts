import { ServerError } from '../core/errors.js';
import { type LeafValues, type TreeEnsemble, VIEW, type ViewOptions } from '../kernels/tree-ensemble.js';
import type { TreesParams } from '../kernels/trees.js';
import type { GraphBuilder } from './graph-builder.js';
import type { Ref } from './plan-builder.js';
import { CategorySets, NumberLeaves, SpanLeaves, Views } from './tree-packing.js';
import { breadthFirst, checkArrays, invalidNode, MISSING, type TreeSpec } from './tree-spec.js';

export interface TreesOptions {
  /** Columns of the answer. */
  readonly outputs: number;
  /** Numbers of one leaf, which go to neighbouring columns; absent: 1. */
  readonly width?: number;
  /** What the sums start from, one number per column; absent: 0. */
  readonly base?: ArrayLike<number>;
  /** Each addition is rounded to float32, and the answer is float32. */
  readonly float32?: boolean;
  /** Rows are rounded to float32 before they are compared. */
  readonly float32Rows?: boolean;
  /** The answer is sum / divideBy * scale + bias of the column. */
  readonly divideBy?: number;
  readonly scale?: number;
  readonly bias?: ArrayLike<number>;
  /** The answer is [rows] instead of [rows, 1]. */
  readonly flat?: boolean;
  /** Numbers no further from 0 than this are 0. */
  readonly zeroBelow?: number;
  /** Fractions of categories are cut off (-0.5 is category 0) instead of rounded down. */
  readonly truncateCategories?: boolean;
}

/**
 * Adds an ensemble to a graph: the sum of the leaves that `x` [rows, columns] (f64 or f32) reaches, [rows, outputs], in
 * float64 or float32. Throws INVALID_ARGUMENT for trees that are none.
 */
export function addTrees(g: GraphBuilder, x: Ref, trees: readonly TreeSpec[], options: TreesOptions): Ref {
  const { outputs, float32 = false, flat = false, divideBy = 1, scale = 1 } = options;
  const packed = packTrees(trees, x.shape[1], options);
  const params: TreesParams = { ...viewOptions(options), outputs, float32, flat, divideBy, scale };
  return g.kernel('trees', {
    inputs: [x],
    params,
    arrays: {
      ...packed.ensemble,
      values: packed.leaves.values,
      ...packed.leaves.spans,
      base: perColumn(options.base, outputs),
      bias: perColumn(options.bias, outputs),
    },
    outputs: [{ type: float32 ? 'f32' : 'f64', shape: flat ? [-1] : [-1, outputs] }],
  })[0];
}

/** Adds the question which leaf (`leafIds`) each tree leads a row to: [rows, trees] i32. */
export function addTreeLeaves(
  g: GraphBuilder,
  x: Ref,
  trees: readonly TreeSpec[],
  options: Pick<TreesOptions, 'float32Rows' | 'zeroBelow' | 'truncateCategories'> = {},
): Ref {
  const { ensemble, leafId } = packTrees(trees, x.shape[1], { ...options, outputs: Infinity, width: 0 });
  return g.kernel('treeLeaves', {
    inputs: [x],
    params: viewOptions(options),
    arrays: { ...ensemble, leafId },
    outputs: [{ type: 'i32', shape: [-1, trees.length] }],
  })[0];
}

function viewOptions(options: Pick<TreesOptions, 'float32Rows' | 'zeroBelow'>): ViewOptions {
  return { float32Rows: options.float32Rows === true, zeroBelow: options.zeroBelow ?? 0 };
}

function perColumn(numbers: ArrayLike<number> | undefined, outputs: number): Float64Array {
  if (numbers === undefined) return new Float64Array(outputs);
  if (numbers.length === outputs) return Float64Array.from(numbers);
  throw new ServerError('INVALID_ARGUMENT', `${numbers.length} base values for ${outputs} outputs`);
}

interface PackedTrees {
  readonly ensemble: TreeEnsemble;
  readonly leaves: LeafValues;
  readonly leafId: Int32Array;
}

/** Checks every tree and lays all of them out as one ensemble (see TreeEnsemble). `width` 0: leaves have no values. */
function packTrees(trees: readonly TreeSpec[], columns: number, options: TreesOptions): PackedTrees {
  const { outputs, width = 1 } = options;
  const orders = trees.map((tree, t) => {
    checkArrays(tree, t, outputs, width);
    return breadthFirst(tree, t, columns);
  });
  const nodes = orders.reduce((total, { order }) => total + order.length, 0);
  const left = new Int32Array(nodes);
  const view = new Int32Array(nodes);
  const threshold = new Float64Array(nodes).fill(Infinity);
  const leafId = new Int32Array(nodes);
  const leaves = width > 1 ? new SpanLeaves(nodes, width) : new NumberLeaves(nodes, width);
  const views = new Views();
  const sets = new CategorySets();

  let node = 0;
  for (const [t, tree] of trees.entries()) {
    let child = node + 1;
    for (const from of orders[t].order) {
      if (tree.left[from] < 0) {
        left[node] = node;
        leafId[node] = tree.leafIds?.[from] ?? 0;
        if (!leaves.set(node, tree.values, from)) throw invalidNode(t, from, 'is a leaf without a number');
      } else {
        left[node] = child;
        child += 2;
        const missing = missingRule(tree, t, from);
        const categories = tree.categories?.get(from);
        if (categories === undefined) {
          view[node] = views.find(tree.feature[from], missing);
          threshold[node] = splitThreshold(tree.threshold[from], missing, t, from);
        } else {
          const rule = options.truncateCategories === true ? VIEW.categoryTruncated : VIEW.category;
          view[node] = -1 - views.find(tree.feature[from], rule);
          threshold[node] = sets.add(categories, missing === MISSING.left);
        }
      }
      node++;
    }
  }
  if (views.columns.length === 0) views.find(0, MISSING.right);
  let root = 0;
  const roots = Int32Array.from(orders, ({ order }) => {
    root += order.length;
    return root - order.length;
  });
  return {
    ensemble: {
      roots,
      depths: Int32Array.from(orders, ({ depth }) => depth),
      targets: Int32Array.from(trees, tree => tree.target ?? 0),
      left,
      view,
      threshold,
      viewColumn: Int32Array.from(views.columns),
      viewRule: Uint8Array.from(views.rules),
      setStart: Int32Array.from(sets.starts),
      setWords: Uint32Array.from(sets.words),
    },
    leaves: leaves.done(),
    leafId,
  };
}

function missingRule(tree: TreeSpec, t: number, node: number): number {
  if (tree.missing === undefined) return MISSING.right;
  const rule = Number(tree.missing[node]);
  if (rule >= MISSING.right && rule <= MISSING.zeroLeft) return rule;
  throw invalidNode(t, node, `has an unknown rule for missing values: ${rule}`);
}

/** A node that parts only missing values (which go right, as Infinity) from all others keeps them apart below Infinity. */
function splitThreshold(threshold: number, missing: number, tree: number, node: number): number {
  if (Number.isNaN(threshold)) throw invalidNode(tree, node, 'has a threshold that is no number');
  const goesRight = missing === MISSING.right || missing === MISSING.zeroRight;
  return goesRight ? Math.min(threshold, Number.MAX_VALUE) : threshold;
}
