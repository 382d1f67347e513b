import { ServerError } from '../core/errors.js';
import { VIEW } from '../kernels/tree-ensemble.js';

/**
 * One tree as its format tells it, unchecked; node 0 is the root. Only nodes that can be reached from there are looked at.
 */
export interface TreeSpec {
  /** By node: the left child; negative marks a leaf. */
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  /** By node: the column that is compared. */
  readonly feature: ArrayLike<number>;
  /** By node: `x <= threshold` goes left. */
  readonly threshold: ArrayLike<number>;
  /** By node: what a missing value does, a MISSING number; absent: all go right. */
  readonly missing?: ArrayLike<number>;
  /** By node, `width` numbers each: what a leaf adds. */
  readonly values: ArrayLike<number>;
  /** By node: which leaf it is; for `addTreeLeaves`, absent otherwise. */
  readonly leafIds?: ArrayLike<number>;
  /** The first column of the answer that leaves are added to; absent: 0. */
  readonly target?: number;
  /** Nodes that ask for a category, with the categories that go left; all others go right. */
  readonly categories?: ReadonlyMap<number, Iterable<number>>;
}

/** What a missing value (NaN) does at a node. At category nodes only `right` and `left` have a meaning. */
export const MISSING = {
  right: VIEW.missingRight,
  left: VIEW.missingLeft,
  /** It counts as 0. */
  zero: VIEW.missingZero,
  /** Zero counts as missing too. */
  zeroRight: VIEW.zeroMissingRight,
  zeroLeft: VIEW.zeroMissingLeft,
} as const;

/** The categories whose bits are set in `words[from .. to]`, 32 a word. */
export class CategoryBits implements Iterable<number> {
  constructor(
    private readonly words: ArrayLike<number>,
    private readonly from = 0,
    private readonly to = words.length,
  ) {}

  *[Symbol.iterator](): Generator<number> {
    for (let i = this.from; i < this.to; i++) {
      for (let bit = 0; bit < 32; bit++) if ((this.words[i] >>> bit) & 1) yield (i - this.from) * 32 + bit;
    }
  }
}

export interface NodeOrder {
  /** The tree's own node numbers, breadth first, siblings side by side. */
  readonly order: number[];
  readonly depth: number;
}

/** Visits a tree from its root; throws when a child lies outside, a node is reached twice, or a column does not exist. */
export function breadthFirst(tree: TreeSpec, t: number, columns: number): NodeOrder {
  const { left, right, feature } = tree;
  const count = left.length;
  if (count === 0) throw invalidNode(t, 0, 'is missing: the tree is empty');
  const reached = new Uint8Array(count);
  const order = [0];
  reached[0] = 1;
  let depth = 0;
  let levelEnd = 1;
  for (let i = 0; i < order.length; i++) {
    if (i === levelEnd) {
      depth++;
      levelEnd = order.length;
    }
    const node = order[i];
    if (left[node] < 0) continue;
    for (const child of [left[node], right[node]]) {
      if (!Number.isInteger(child) || child < 0 || child >= count) {
        throw invalidNode(t, node, `has the child ${child}, but the tree has ${count} nodes`);
      }
      if (reached[child] === 1) throw invalidNode(t, node, `has the child ${child}, which has another parent already`);
      reached[child] = 1;
      order.push(child);
    }
    const column = feature[node];
    if (!Number.isInteger(column) || column < 0 || column >= columns) {
      throw invalidNode(t, node, `compares feature ${column}, but the model has ${columns} features`);
    }
  }
  return { order, depth };
}

/** Throws when the arrays of a tree differ in length, or its leaves add to columns that do not exist. */
export function checkArrays(tree: TreeSpec, t: number, outputs: number, width: number): void {
  const { target = 0, left, right, feature, threshold, values, missing } = tree;
  if (!Number.isInteger(target) || target < 0 || target + width > outputs) {
    throw new ServerError('INVALID_ARGUMENT', `tree ${t} adds to output ${target}, but the model has ${outputs}`);
  }
  const count = left.length;
  const parts = [right, feature, threshold, missing ?? left];
  if (parts.some(part => part.length !== count) || values.length < count * width) {
    throw new ServerError('INVALID_ARGUMENT', `tree ${t}: its arrays differ in length`);
  }
}

export function invalidNode(tree: number, node: number, what: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `tree ${tree}: node ${node} ${what}`);
}
