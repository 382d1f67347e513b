import {
  ensembleOf,
  type LeafSpans,
  leavesOf,
  setMembers,
  type TreeEnsemble,
  VIEW,
} from '../../kernels/tree-ensemble.js';
import type { TreesParams } from '../../kernels/trees.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { Lowering } from './lowering.js';

/** Comparisons of a TreeEnsemble. */
const MODE = { lessOrEqual: 0, member: 6 } as const;
const SUM = 1;

/**
 * Trees as one TreeEnsemble of ai.onnx.ml 5. That operation adds up what leaves say in an order of its own, so every tree gets an
 * output to itself, and what the leaves stand for is added up behind it, tree by tree as the kernel does:
 *
 *   rows -> views [rows, views] -> TreeEnsemble: number or place of each tree's leaf [rows, trees] -> sums [rows, outputs]
 */
export const lowerTrees: Lowering = (g, { inputs: [x], params, arrays }) => {
  const options = params as TreesParams;
  const ensemble = ensembleOf(arrays);
  const { values, spans } = leavesOf(arrays);
  const base = arrays.base as Float64Array;
  const bias = arrays.bias as Float64Array;
  const views = viewsOf(g, x, ensemble, options);
  const sums =
    spans === undefined
      ? addNumbers(g, walk(g, views, ensemble, values), ensemble.targets, base, options)
      : addSpans(g, views, ensemble, values, spans, base, options);
  const answer = finish(g, sums, bias, options);
  return [options.flat ? g.reshape(answer, [-1]) : answer];
};

/** The columns as the kernel's views show them; missing values become infinities, which go the right way at every threshold. */
function viewsOf(g: GraphBuilder, x: Ref, ensemble: TreeEnsemble, { float32Rows, zeroBelow }: TreesParams): Ref {
  const { viewColumn, viewRule } = ensemble;
  const rules = Array.from(viewRule);
  const row = (numbers: readonly number[]) => g.matrix(Float64Array.from(numbers), 1, numbers.length);
  const rounded = float32Rows ? g.cast(x, 'f32') : x;
  const read = g.take(g.cast(rounded, 'f64'), Array.from(viewColumn));
  const zeros = row(rules.map(zeroView));
  const finite = g.minimum(read, Number.MAX_VALUE);
  const near = g.where(g.lessOrEqual(g.abs(read), zeroBelow), zeros, finite);
  const numbers = g.where(g.isNaN(read), row(rules.map(missingView)), near);
  if (!rules.some(rule => rule >= VIEW.category)) return numbers;
  const truncated = g.where(g.less(read, 0), g.ceil(read), g.floor(read));
  const category = g.where(is(g, row, rules, VIEW.categoryTruncated), truncated, g.floor(read));
  const members = g.where(g.isNaN(read), 0, g.where(g.less(category, 0), -1, g.add(category, 1)));
  return g.where(is(g, row, rules, VIEW.category, VIEW.categoryTruncated), members, numbers);
}

/** Which columns have one of these rules. */
function is(
  g: GraphBuilder,
  row: (numbers: readonly number[]) => Ref,
  rules: readonly number[],
  ...wanted: number[]
): Ref {
  return g.cast(row(rules.map(rule => (wanted.includes(rule) ? 1 : 0))), 'bool');
}

function missingView(rule: number): number {
  if (rule === VIEW.missingZero) return 0;
  return rule === VIEW.missingLeft || rule === VIEW.zeroMissingLeft ? -Infinity : Infinity;
}

function zeroView(rule: number): number {
  return rule === VIEW.zeroMissingRight || rule === VIEW.zeroMissingLeft ? missingView(rule) : 0;
}

/** What `weights`, by node, say at the leaf that each tree leads to: f64 [rows, trees]. */
function walk(g: GraphBuilder, views: Ref, ensemble: TreeEnsemble, weights: Float64Array): Ref {
  const { roots, left, view, threshold } = ensemble;
  const nodes: { readonly node: number; readonly yes: number; readonly no: number }[] = [];
  const leaves: { readonly target: number; readonly weight: number }[] = [];
  /** By node of the ensemble: its place among the nodes or the leaves. */
  const place = new Int32Array(left.length);
  const treeRoots = Array.from(roots, (root, t) => {
    const end = t + 1 < roots.length ? roots[t + 1] : left.length;
    const first = nodes.length;
    for (let node = root; node < end; node++) {
      const isLeaf = left[node] === node;
      if (isLeaf) place[node] = leaves.push({ target: t, weight: weights[node] }) - 1;
      // A tree of one leaf is written as a question to which both answers are that leaf.
      if (!isLeaf || node === root) {
        const entry = { node, yes: left[node], no: isLeaf ? node : left[node] + 1 };
        const index = nodes.push(entry) - 1;
        if (!isLeaf) place[node] = index;
      }
    }
    return first;
  });
  const isLeaf = (node: number) => (left[node] === node ? 1 : 0);
  const asks = nodes.map(({ node }) => (view[node] < 0 ? MODE.member : MODE.lessOrEqual));
  const members = nodes.flatMap(({ node }, i) =>
    asks[i] === MODE.member ? [...setMembers(ensemble, threshold[node]), Number.NaN] : [],
  );
  const doubles = (name: string, data: Float64Array) => ({
    tensor: { name, type: 'f64' as const, shape: [data.length], data },
  });
  return g.onnx(
    'TreeEnsemble',
    [views],
    { type: 'f64', shape: [-1, roots.length] },
    {
      aggregate_function: SUM,
      n_targets: roots.length,
      tree_roots: treeRoots,
      nodes_featureids: nodes.map(({ node }) => (view[node] < 0 ? -1 - view[node] : view[node])),
      nodes_splits: doubles(
        'splits',
        Float64Array.from(nodes, ({ node }, i) => (asks[i] === MODE.member || isLeaf(node) ? 0 : threshold[node])),
      ),
      nodes_modes: { tensor: { name: 'modes', type: 'u8', shape: [nodes.length], data: Uint8Array.from(asks) } },
      nodes_truenodeids: nodes.map(({ yes }) => place[yes]),
      nodes_trueleafs: nodes.map(({ yes }) => isLeaf(yes)),
      nodes_falsenodeids: nodes.map(({ no }) => place[no]),
      nodes_falseleafs: nodes.map(({ no }) => isLeaf(no)),
      leaf_targetids: leaves.map(({ target }) => target),
      leaf_weights: doubles(
        'weights',
        Float64Array.from(leaves, ({ weight }) => weight),
      ),
      ...(members.length > 0 && { membership_values: doubles('members', Float64Array.from(members)) }),
    },
    'ai.onnx.ml',
  );
}

/** Each tree's number is added to the column it belongs to. */
function addNumbers(
  g: GraphBuilder,
  numbers: Ref,
  targets: Int32Array,
  base: Float64Array,
  { outputs, float32 }: TreesParams,
): Ref {
  const columns = Array.from({ length: outputs }, (_, target) => {
    const own = [...targets.keys()].filter(tree => targets[tree] === target);
    if (own.length === 0) return g.reshape(g.add(g.mul(g.take(numbers, [0]), 0), base[target]), [-1]);
    const mine = own.length === targets.length ? numbers : g.take(numbers, own);
    return inOrder(g, mine, [base[target]], float32);
  });
  return g.columnStack(columns);
}

/** Each tree's leaf stands for a row of numbers in a table. */
function addSpans(
  g: GraphBuilder,
  views: Ref,
  ensemble: TreeEnsemble,
  values: Float64Array,
  { span, spanStart, spanColumn }: LeafSpans,
  base: Float64Array,
  { outputs, float32 }: TreesParams,
): Ref {
  const { roots, targets, left } = ensemble;
  const places = new Map<number, number>();
  const table: number[][] = [];
  const rowOf = new Float64Array(left.length);
  roots.forEach((root, t) => {
    const end = t + 1 < roots.length ? roots[t + 1] : left.length;
    for (let node = root; node < end; node++) {
      if (left[node] !== node) continue;
      const key = span[node] * outputs + targets[t];
      let place = places.get(key);
      if (place === undefined) {
        const numbers = new Array<number>(outputs).fill(0);
        const from = spanStart[span[node]];
        const to = spanStart[span[node] + 1];
        for (let i = from; i < to; i++) numbers[targets[t] + spanColumn[span[node]] + i - from] = values[i];
        place = table.push(numbers) - 1;
        places.set(key, place);
      }
      rowOf[node] = place;
    }
  });
  const rows = g.cast(walk(g, views, ensemble, rowOf), 'i64');
  const leaves = g.gather(g.matrix(Float64Array.from(table.flat()), table.length, outputs), rows);
  return inOrder(g, leaves, Array.from(base), float32);
}

/** base + the first tree + the second ...: [rows, trees] -> [rows], [rows, trees, outputs] -> [rows, outputs]. */
function inOrder(g: GraphBuilder, parts: Ref, base: readonly number[], float32: boolean): Ref {
  const start = g.constant(Float64Array.from(base));
  if (!float32) return g.add(g.sum(parts, 1), base.length === 1 ? g.scalar(base[0]) : start);
  // Every addition is rounded, which a running total does in order.
  const first = g.add(g.cast(g.take(parts, [0]), 'f64'), base.length === 1 ? g.scalar(base[0]) : start);
  const rest = Array.from({ length: parts.shape[1] - 1 }, (_, i) => i + 1);
  const all = rest.length === 0 ? first : g.concat([first, g.take(parts, rest)]);
  return g.pick(g.cumsum(g.cast(all, 'f32'), 1), rest.length);
}

function finish(g: GraphBuilder, sums: Ref, bias: Float64Array, { divideBy, scale, float32 }: TreesParams): Ref {
  if (divideBy === 1 && scale === 1 && bias.every(number => number === 0)) return sums;
  const answer = g.add(g.mul(g.div(g.cast(sums, 'f64'), divideBy), scale), g.matrix(bias, 1, bias.length));
  return float32 ? g.cast(answer, 'f32') : answer;
}
