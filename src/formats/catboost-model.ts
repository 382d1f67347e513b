import { ServerError } from '../core/errors.js';
import type { Field, Numbers } from './document.js';

/** A question: is float32(x) > border? Then "yes", else "no". */
export interface CatboostSplit {
  readonly column: number;
  readonly border: number;
  /** What a missing value (NaN) answers. */
  readonly missing: 'yes' | 'no';
}

/** All nodes of a depth ask the same: leaf number bit i is the answer to question i. */
export interface SymmetricTree {
  readonly splits: readonly CatboostSplit[];
  /** `dimension` numbers per leaf. */
  readonly values: Numbers;
}

/** Node 0 is the root; a child is a node, or leaf -child - 1. A root alone is a leaf: no nodes. */
export interface NodeTree {
  readonly splits: readonly CatboostSplit[];
  readonly no: readonly number[];
  readonly yes: readonly number[];
  /** `dimension` numbers per leaf. */
  readonly values: Numbers;
}

export type CatboostTree = SymmetricTree | NodeTree;

export interface CatboostModel {
  readonly columns: number;
  /** By column; '' for a column without a name. */
  readonly names: readonly string[];
  /** Numbers that the trees sum up: 1, or one for each class or target. */
  readonly dimension: number;
  readonly trees: readonly CatboostTree[];
  /** The answer is sum * scale + bias; `bias` has one number, or one for each dimension, or none. */
  readonly scale: number;
  readonly bias: readonly number[];
  /** What the file says about its making; '' where it says nothing. */
  readonly loss: string;
  readonly libraryVersion: string;
  /** Labels in the file's own types; empty when it names none. */
  readonly classes: readonly (number | string)[];
  /** Probability above which the second of two classes is chosen. */
  readonly threshold: number;
}

/** A feature of the file: its column, its borders in ascending order, and what missing values answer. */
export interface CatboostFeature {
  readonly column: number;
  readonly name: string;
  readonly borders: Numbers;
  readonly missing: 'yes' | 'no';
}

/** Columns and names out of all features; throws when two are in one column. */
export function layOutColumns(features: readonly CatboostFeature[]): { columns: number; names: string[] } {
  const columns = features.reduce((most, { column }) => Math.max(most, column + 1), 0);
  if (columns < 1 || columns > MAX_COLUMNS) {
    throw new ServerError('INVALID_ARGUMENT', `a CatBoost model of ${columns} columns`);
  }
  const names = new Array<string>(columns).fill('');
  const seen = new Set<number>();
  for (const { column, name } of features) {
    if (column < 0 || seen.has(column)) throw new ServerError('INVALID_ARGUMENT', `two features in column ${column}`);
    seen.add(column);
    names[column] = name;
  }
  return { columns, names };
}

const MAX_COLUMNS = 1 << 20;
/** V8 ends the whole process when it is told to make a list of 2^31. */
const MAX_CLASSES = 1 << 20;

/** The questions of all features' borders, in the order in which splits are numbered. */
export function allSplits(features: readonly CatboostFeature[]): CatboostSplit[] {
  return features.flatMap(({ column, borders, missing }) =>
    Array.from(borders, border => ({ column, border: Math.fround(border), missing })),
  );
}

/** The labels that the file's class parameters name, in the order of the trees' dimensions. */
export function readClasses(params: Field | undefined): (number | string)[] {
  const names = params?.find('class_names')?.items() ?? [];
  if (names.length > 0) {
    const order = params?.find('class_to_label')?.numbers() ?? [];
    if (!Array.from(order).every((label, i) => label === i)) {
      throw new ServerError('INVALID_ARGUMENT', `classes of CatBoost in another order than their names: ${order}`);
    }
    return names.map(name => (typeof name.value === 'string' ? name.value : name.number()));
  }
  const count = params?.find('classes_count')?.integer(0, MAX_CLASSES) ?? 0;
  if (count > 0) return Array.from({ length: count }, (_, i) => i);
  return Array.from(params?.find('class_to_label')?.numbers() ?? []);
}
