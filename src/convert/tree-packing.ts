import { ServerError } from '../core/errors.js';
import type { LeafValues } from '../kernels/tree-ensemble.js';

/** The views that nodes of one ensemble ask for, each once. */
export class Views {
  readonly columns: number[] = [];
  readonly rules: number[] = [];
  private readonly known = new Map<number, number>();

  find(column: number, rule: number): number {
    const key = column * 8 + rule;
    let view = this.known.get(key);
    if (view === undefined) {
      view = this.columns.push(column) - 1;
      this.rules.push(rule);
      this.known.set(key, view);
    }
    return view;
  }
}

/** All category sets of one ensemble together: 64 MB. Real ones are a thousandth of that. */
const MAX_SET_WORDS = 1 << 24;

/** The category sets of one ensemble; bit 0 stands for missing, bit c + 1 for category c. */
export class CategorySets {
  readonly starts = [0];
  readonly words: number[] = [];

  add(categories: Iterable<number>, missing: boolean): number {
    const { words, starts } = this;
    const start = words.length;
    words.push(missing ? 1 : 0);
    for (const category of categories) {
      if (!Number.isInteger(category) || category < 0) {
        throw new ServerError('INVALID_ARGUMENT', `${category} is no category`);
      }
      const word = start + Math.floor((category + 1) / 32);
      if (word >= MAX_SET_WORDS) {
        throw new ServerError('INVALID_ARGUMENT', `sets of categories larger than ${MAX_SET_WORDS * 4} bytes`);
      }
      while (words.length <= word) words.push(0);
      words[word] |= 1 << ((category + 1) & 31);
    }
    return starts.push(words.length) - 2;
  }
}

/** Leaves of one number (or none). */
export class NumberLeaves {
  private readonly values: Float64Array;

  constructor(
    nodes: number,
    private readonly width: number,
  ) {
    this.values = new Float64Array(nodes);
  }

  /** Whether the leaf has a number. */
  set(node: number, values: ArrayLike<number>, from: number): boolean {
    if (this.width === 1) this.values[node] = values[from];
    return !Number.isNaN(this.values[node]);
  }

  done(): LeafValues {
    return { values: this.values };
  }
}

/** Leaves of several numbers, as spans. */
export class SpanLeaves {
  private readonly span: Int32Array;
  private readonly starts = [0];
  private readonly columns: number[] = [];
  private readonly values: number[] = [];
  /** Spans of a single number, by column and number. */
  private readonly singles = new Map<string, number>();

  constructor(
    nodes: number,
    private readonly width: number,
  ) {
    this.span = new Int32Array(nodes);
  }

  set(node: number, values: ArrayLike<number>, from: number): boolean {
    let first = from * this.width;
    let end = first + this.width;
    while (end - 1 > first && values[end - 1] === 0) end--;
    while (first < end - 1 && values[first] === 0) first++;
    const key = end - first === 1 ? `${first - from * this.width} ${values[first]}` : undefined;
    let span = key === undefined ? undefined : this.singles.get(key);
    if (span === undefined) {
      for (let i = first; i < end; i++) {
        if (Number.isNaN(values[i])) return false;
        this.values.push(values[i]);
      }
      span = this.columns.push(first - from * this.width) - 1;
      this.starts.push(this.values.length);
      if (key !== undefined) this.singles.set(key, span);
    }
    this.span[node] = span;
    return true;
  }

  done(): LeafValues {
    const spans = {
      span: this.span,
      spanStart: Int32Array.from(this.starts),
      spanColumn: Int32Array.from(this.columns),
    };
    return { values: Float64Array.from(this.values), spans };
  }
}
