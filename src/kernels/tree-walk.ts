import { type LeafSpans, type LeafValues, setHolds, type TreeEnsemble } from './tree-ensemble.js';

/** Views are given in whole groups of so many rows; what the rows beyond the last real one hold does not matter. */
export const GROUP = 4;

/** An ensemble made ready for walking, with the leaves to add up. */
export interface Forest extends LeafValues {
  readonly ensemble: TreeEnsemble;
  /** Columns of the sums; leaves of tree t are added from column `targets[t]` on. */
  readonly outputs: number;
  /** Every sum is rounded to float32. */
  readonly float32: boolean;
  /** By node: the left child, counted from the tree's root, in the upper 16 bits, its view in the lower; see `packWords`. */
  readonly words: Int32Array | undefined;
}

/**
 * One word per node halves what a step has to load. Undefined when a tree or the number of views is too large for 16 bits,
 * or when there are categories.
 */
export function packWords({ roots, left, view, viewColumn }: TreeEnsemble): Int32Array | undefined {
  if (viewColumn.length > 0x10000 || view.some(v => v < 0)) return undefined;
  const words = new Int32Array(left.length);
  for (let t = 0; t < roots.length; t++) {
    const root = roots[t];
    const end = t + 1 < roots.length ? roots[t + 1] : left.length;
    if (end - root > 0x10000) return undefined;
    for (let n = root; n < end; n++) words[n] = ((left[n] - root) << 16) | view[n];
  }
  return words;
}

/** Adds the leaves that `count` rows of views reach to their sums, [count, outputs], tree by tree in order. */
export function addLeaves(forest: Forest, views: Float64Array, count: number, sums: Float64Array): void {
  if (forest.words === undefined) addByNode(forest, views, count, sums);
  else if (count === 1) addRow(forest, forest.words, views, sums);
  else addGroups(forest, forest.words, views, count, sums);
}

/**
 * One row through four trees at a time: the processor then works on four independent chains of loads. (`+(a > b)` compiles to
 * a comparison without a jump, `| 0` spares the check for overflow: each is worth a factor of 2.)
 */
function addRow(forest: Forest, words: Int32Array, views: Float64Array, sums: Float64Array): void {
  const { threshold, roots, depths, targets } = forest.ensemble;
  const trees = roots.length;
  let t = 0;
  for (; t + 3 < trees; t += 4) {
    const rootA = roots[t];
    const rootB = roots[t + 1];
    const rootC = roots[t + 2];
    const rootD = roots[t + 3];
    const steps = Math.max(depths[t], depths[t + 1], depths[t + 2], depths[t + 3]);
    let a = rootA;
    let b = rootB;
    let c = rootC;
    let d = rootD;
    for (let k = 0; k < steps; k++) {
      const wordA = words[a];
      const wordB = words[b];
      const wordC = words[c];
      const wordD = words[d];
      a = ((((wordA >>> 16) + rootA) | 0) + +(views[wordA & 0xffff] > threshold[a])) | 0;
      b = ((((wordB >>> 16) + rootB) | 0) + +(views[wordB & 0xffff] > threshold[b])) | 0;
      c = ((((wordC >>> 16) + rootC) | 0) + +(views[wordC & 0xffff] > threshold[c])) | 0;
      d = ((((wordD >>> 16) + rootD) | 0) + +(views[wordD & 0xffff] > threshold[d])) | 0;
    }
    add(forest, a, sums, targets[t]);
    add(forest, b, sums, targets[t + 1]);
    add(forest, c, sums, targets[t + 2]);
    add(forest, d, sums, targets[t + 3]);
  }
  for (; t < trees; t++) add(forest, leafOf(forest.ensemble, t, views, 0), sums, targets[t]);
}

/** Four rows at a time through one tree after the other. */
function addGroups(forest: Forest, words: Int32Array, views: Float64Array, count: number, sums: Float64Array): void {
  const { threshold, roots, depths, targets, viewColumn } = forest.ensemble;
  const { outputs, values, spans, float32 } = forest;
  const width = viewColumn.length;
  for (let t = 0; t < roots.length; t++) {
    const root = roots[t];
    const steps = depths[t];
    for (let r = 0; r < count; r += GROUP) {
      const rowA = (r * width) | 0;
      const rowB = (rowA + width) | 0;
      const rowC = (rowB + width) | 0;
      const rowD = (rowC + width) | 0;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (let k = 0; k < steps; k++) {
        const wordA = words[a];
        const wordB = words[b];
        const wordC = words[c];
        const wordD = words[d];
        a = ((((wordA >>> 16) + root) | 0) + +(views[(rowA + (wordA & 0xffff)) | 0] > threshold[a])) | 0;
        b = ((((wordB >>> 16) + root) | 0) + +(views[(rowB + (wordB & 0xffff)) | 0] > threshold[b])) | 0;
        c = ((((wordC >>> 16) + root) | 0) + +(views[(rowC + (wordC & 0xffff)) | 0] > threshold[c])) | 0;
        d = ((((wordD >>> 16) + root) | 0) + +(views[(rowD + (wordD & 0xffff)) | 0] > threshold[d])) | 0;
      }
      const toA = (r * outputs + targets[t]) | 0;
      const toB = (toA + outputs) | 0;
      const toC = (toB + outputs) | 0;
      const toD = (toC + outputs) | 0;
      if (spans !== undefined) {
        addSpan(forest, spans, a, sums, toA);
        addSpan(forest, spans, b, sums, toB);
        addSpan(forest, spans, c, sums, toC);
        addSpan(forest, spans, d, sums, toD);
      } else if (float32) {
        sums[toA] = Math.fround(sums[toA] + values[a]);
        sums[toB] = Math.fround(sums[toB] + values[b]);
        sums[toC] = Math.fround(sums[toC] + values[c]);
        sums[toD] = Math.fround(sums[toD] + values[d]);
      } else {
        sums[toA] += values[a];
        sums[toB] += values[b];
        sums[toC] += values[c];
        sums[toD] += values[d];
      }
    }
  }
}

/** Any ensemble, one row and one tree at a time. */
function addByNode(forest: Forest, views: Float64Array, count: number, sums: Float64Array): void {
  const { ensemble, outputs } = forest;
  const width = ensemble.viewColumn.length;
  for (let t = 0; t < ensemble.roots.length; t++) {
    for (let r = 0; r < count; r++) {
      add(forest, leafOf(ensemble, t, views, r * width), sums, r * outputs + ensemble.targets[t]);
    }
  }
}

/** The leaf that one tree leads the row of views at `from` to. */
export function leafOf(ensemble: TreeEnsemble, tree: number, views: Float64Array, from: number): number {
  const { left, view, threshold, roots } = ensemble;
  let node = roots[tree];
  for (let next = node; ; node = next) {
    const v = view[node];
    if (v >= 0) next = left[node] + +(views[from + v] > threshold[node]);
    else next = left[node] + +!setHolds(ensemble, threshold[node], views[from - 1 - v]);
    if (next === node) return node;
  }
}

function add(forest: Forest, leaf: number, sums: Float64Array, to: number): void {
  const { values, spans, float32 } = forest;
  if (spans === undefined) {
    const sum = sums[to] + values[leaf];
    sums[to] = float32 ? Math.fround(sum) : sum;
  } else {
    addSpan(forest, spans, leaf, sums, to);
  }
}

function addSpan(
  { values, float32 }: Forest,
  { span, spanStart, spanColumn }: LeafSpans,
  leaf: number,
  sums: Float64Array,
  to: number,
): void {
  const s = span[leaf];
  const end = spanStart[s + 1];
  for (let i = spanStart[s], at = (to + spanColumn[s]) | 0; i < end; i++, at++) {
    const sum = sums[at] + values[i];
    sums[at] = float32 ? Math.fround(sum) : sum;
  }
}
