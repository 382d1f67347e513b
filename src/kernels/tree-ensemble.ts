import type { StoredArray } from './value.js';

/**
 * A tree ensemble as typed arrays. Nodes of a tree lie together, breadth first, siblings side by side:
 *
 *   node     0      1      2      3      4     ...
 *   left     1      3      2      3      4           the left child; the right one follows it. A leaf points at itself.
 *   view     0      5      0      0      0           which view of the row is compared; -1 - v: view v is a category
 *   threshold 0.5   2.1    Inf    Inf    Inf         `x <= threshold` goes left, so every leaf goes left, to itself
 *   value    -      -      0.3    0.1    0.7         what a leaf adds
 *
 * A walk therefore needs no question "is this a leaf?": `depths[t]` steps from `roots[t]` end at the right node.
 *
 * Nodes do not look at the row itself but at views of its columns, which settle all that is special about missing values
 * before the walk (see VIEW). Categories that go left are a set of bits at `setStart[threshold]`: bit 0 stands for
 * missing, bit c + 1 for category c.
 */
export interface TreeEnsemble {
  /** By tree: its first node, how many steps lead to its deepest leaf, the first column its leaves are added to. */
  readonly roots: Int32Array;
  readonly depths: Int32Array;
  readonly targets: Int32Array;
  /** By node. */
  readonly left: Int32Array;
  readonly view: Int32Array;
  readonly threshold: Float64Array;
  /** By view: a column of the row, and the rule (VIEW) that makes a view of it. */
  readonly viewColumn: Int32Array;
  readonly viewRule: Uint8Array;
  /** By category set, and one more: where its words begin. */
  readonly setStart: Int32Array;
  readonly setWords: Uint32Array;
}

/**
 * What leaves add: `values[node]` when each is a single number. Otherwise a leaf has a span of numbers for neighbouring columns,
 * without the zeros before and behind: span s is `values[spanStart[s] .. spanStart[s + 1]]`, for columns from `spanColumn[s]`
 * on. Leaves that add the same may share a span (most leaves of a forest say "class k" and nothing else).
 */
export interface LeafValues {
  readonly values: Float64Array;
  readonly spans?: LeafSpans;
}

export interface LeafSpans {
  /** By node. */
  readonly span: Int32Array;
  readonly spanStart: Int32Array;
  readonly spanColumn: Int32Array;
}

/**
 * How a view shows a column. For comparisons a missing value (NaN) is shown as something that goes the right way at every
 * threshold: left NaN (`NaN > t` is false), right Infinity. (Infinity itself is shown as the largest finite number, and a node
 * that parts only missing values from all others has that number as its threshold.)
 */
export const VIEW = {
  missingRight: 0,
  missingLeft: 1,
  /** Missing counts as 0. */
  missingZero: 2,
  /** Zero counts as missing, and goes right or left. */
  zeroMissingRight: 3,
  zeroMissingLeft: 4,
  /** Missing is 0, category c is c + 1; what is no category is NO_CATEGORY. Fractions are rounded down. */
  category: 5,
  /** The same with fractions cut off: -0.5 is category 0. */
  categoryTruncated: 6,
} as const;

/** In no set. */
const NO_CATEGORY = 0x7fffffff;

type StoredArrays = Readonly<Record<string, StoredArray>>;

/** An ensemble out of the arrays of a plan, which have the fields' names. */
export function ensembleOf(arrays: StoredArrays): TreeEnsemble {
  return arrays as unknown as TreeEnsemble;
}

export function leavesOf(arrays: StoredArrays): LeafValues {
  const values = arrays.values as Float64Array;
  return arrays.span === undefined ? { values } : { values, spans: arrays as unknown as LeafSpans };
}

/** How the numbers of a row are read. */
export interface ViewOptions {
  /** Numbers are rounded to float32 first. */
  readonly float32Rows: boolean;
  /** Numbers no further from 0 than this are 0. */
  readonly zeroBelow: number;
}

/** Writes the views of `count` rows, from row `first` of `rows` [.., columns] on, to `views`, row by row. */
export type FillViews = (
  rows: Float32Array | Float64Array,
  columns: number,
  first: number,
  count: number,
  views: Float64Array,
) => void;

export function viewFiller({ viewColumn, viewRule }: TreeEnsemble, { float32Rows, zeroBelow }: ViewOptions): FillViews {
  const width = viewColumn.length;
  const hasZeroRule = viewRule.some(rule => rule === VIEW.zeroMissingRight || rule === VIEW.zeroMissingLeft);
  // Where zero is a number like any other, no distance from it is too small.
  const near = hasZeroRule || zeroBelow > 0 ? zeroBelow : -1;
  return (rows, columns, first, count, views) => {
    const round = float32Rows && rows instanceof Float64Array;
    for (let r = 0, to = 0; r < count; r++) {
      const from = (first + r) * columns;
      for (let v = 0; v < width; v++, to++) {
        const read = rows[from + viewColumn[v]];
        const x = round ? Math.fround(read) : read;
        const rule = viewRule[v];
        const isPlain = Math.abs(x) > near && x <= Number.MAX_VALUE && rule < VIEW.category;
        views[to] = isPlain ? x : specialView(x, rule);
      }
    }
  };
}

/** The view of a number near zero, of Infinity, of a missing value or of a category. */
function specialView(x: number, rule: number): number {
  if (rule >= VIEW.category) return categoryView(x, rule);
  if (x === Infinity) return Number.MAX_VALUE;
  switch (rule) {
    case VIEW.missingRight:
      return Number.isNaN(x) ? Infinity : 0;
    case VIEW.missingLeft:
      return Number.isNaN(x) ? x : 0;
    case VIEW.missingZero:
      return 0;
    default:
      return rule === VIEW.zeroMissingLeft ? Number.NaN : Infinity;
  }
}

function categoryView(x: number, rule: number): number {
  if (Number.isNaN(x)) return 0;
  const category = rule === VIEW.category ? Math.floor(x) : Math.trunc(x);
  return category >= 0 && category < NO_CATEGORY ? category + 1 : NO_CATEGORY;
}

/** Whether the set of a category node holds what its view shows. */
export function setHolds(ensemble: TreeEnsemble, set: number, member: number): boolean {
  const word = ensemble.setStart[set] + (member >>> 5);
  return word < ensemble.setStart[set + 1] && ((ensemble.setWords[word] >>> (member & 31)) & 1) === 1;
}

/** What is in the set of a category node, ascending: 0 for missing, c + 1 for category c. */
export function setMembers({ setStart, setWords }: TreeEnsemble, set: number): number[] {
  const members: number[] = [];
  for (let word = setStart[set]; word < setStart[set + 1]; word++) {
    for (let bit = 0; bit < 32; bit++) {
      if ((setWords[word] >>> bit) & 1) members.push((word - setStart[set]) * 32 + bit);
    }
  }
  return members;
}
