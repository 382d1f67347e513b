/**
 * LightGBM's text form:
 *
 *   tree                      first line
 *   key=value                 about the whole model, or a key alone (average_output)
 *   Tree=0                    one block a tree, in order, ended by an empty line
 *   key=value                 numbers parted by spaces
 *   end of trees              what follows (importances, parameters) does not matter here
 */
import { ServerError } from '../core/errors.js';

/** Arrays of inner nodes have one number less than those of leaves. A child below 0 is leaf -child - 1. */
export interface LightgbmTree {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly feature: readonly number[];
  /** `x <= threshold` goes left; at a category node the number of its set. */
  readonly threshold: readonly number[];
  /** Bit 0 category, bit 1 missing goes left, bits 2 and 3 what is missing: 0 nothing, 1 zero, 2 NaN. */
  readonly decision: readonly number[];
  readonly leafValue: readonly number[];
  /** Set s: words of 32 categories, `categoryWords[categoryStart[s] .. categoryStart[s + 1]]`. */
  readonly categoryStart: readonly number[];
  readonly categoryWords: readonly number[];
  /** Leaves that are linear models, by leaf. */
  readonly linear?: readonly LinearLeaf[];
}

export interface LinearLeaf {
  readonly constant: number;
  readonly features: readonly number[];
  readonly coefficients: readonly number[];
}

export interface LightgbmModel {
  /** Of the form, such as v4. */
  readonly version: string;
  readonly features: number;
  readonly featureNames: readonly string[];
  readonly treesPerRound: number;
  /** Name and parameters; absent for an objective of the user's own. */
  readonly objective?: string;
  /** The answer is the mean over the rounds (random forest). */
  readonly average: boolean;
  readonly trees: readonly LightgbmTree[];
}

/** Reads a model file. Throws INVALID_ARGUMENT for what is none, incomplete, or says something twice. */
export function parseLightgbm(bytes: Uint8Array): LightgbmModel {
  const lines = textOf(bytes).split(/\r?\n/);
  if (lines[0] !== 'tree') throw invalid("the first line is not 'tree'");
  let at = 1;
  const next = (where: string): Section => {
    const section = new Section(where);
    for (; at < lines.length && !/^(Tree=|end of trees)/.test(lines[at]); at++) section.add(lines[at]);
    return section;
  };
  const head = next('the head');
  const trees: LightgbmTree[] = [];
  while (at < lines.length && lines[at] !== 'end of trees') {
    if (lines[at] !== `Tree=${trees.length}`) throw invalid(`expected 'Tree=${trees.length}', got '${lines[at]}'`);
    at++;
    trees.push(readTree(next(`tree ${trees.length}`)));
  }
  if (at >= lines.length) throw invalid("it ends before 'end of trees'");

  const features = head.integer('max_feature_idx') + 1;
  const featureNames = head.text('feature_names').split(' ');
  if (featureNames.length !== features) throw invalid(`${featureNames.length} feature names for ${features} features`);
  const treesPerRound = head.has('num_tree_per_iteration')
    ? head.integer('num_tree_per_iteration')
    : head.integer('num_class');
  if (treesPerRound < 1 || trees.length === 0 || trees.length % treesPerRound !== 0) {
    throw invalid(`${trees.length} trees in rounds of ${treesPerRound}`);
  }
  return {
    version: head.text('version'),
    features,
    featureNames,
    treesPerRound,
    objective: head.has('objective') ? head.text('objective') : undefined,
    average: head.has('average_output'),
    trees,
  };
}

function readTree(section: Section): LightgbmTree {
  const leaves = section.integer('num_leaves');
  if (leaves < 1) throw invalid(`${section.where}: ${leaves} leaves`);
  const leafValue = section.numbers('leaf_value', leaves);
  const inner = (key: string) => (leaves === 1 ? [] : section.numbers(key, leaves - 1));
  const sets = section.has('num_cat') ? section.integer('num_cat') : 0;
  const categoryStart = sets > 0 ? section.numbers('cat_boundaries', sets + 1) : [0];
  const isAscending = categoryStart.every((start, i) => start >= (i === 0 ? 0 : categoryStart[i - 1]));
  if (!isAscending || !categoryStart.every(Number.isInteger)) {
    throw invalid(`${section.where}: cat_boundaries do not ascend`);
  }
  return {
    left: inner('left_child'),
    right: inner('right_child'),
    feature: inner('split_feature'),
    threshold: inner('threshold'),
    decision: section.has('decision_type') ? inner('decision_type') : new Array(leaves - 1).fill(0),
    leafValue,
    categoryStart,
    categoryWords: sets > 0 ? section.numbers('cat_threshold', categoryStart[sets]) : [],
    linear: section.has('is_linear') && section.integer('is_linear') === 1 ? readLinear(section, leaves) : undefined,
  };
}

function readLinear(section: Section, leaves: number): LinearLeaf[] {
  const constants = section.numbers('leaf_const', leaves);
  const counts = section.numbers('num_features', leaves);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!counts.every(count => Number.isInteger(count) && count >= 0)) {
    throw invalid(`${section.where}: num_features are no counts`);
  }
  const features = section.numbers('leaf_features', total);
  const coefficients = section.numbers('leaf_coeff', total);
  let from = 0;
  return constants.map((constant, leaf) => {
    const to = from + counts[leaf];
    const part = { constant, features: features.slice(from, to), coefficients: coefficients.slice(from, to) };
    from = to;
    return part;
  });
}

/** Lines of `key=value`, each key once. */
class Section {
  private readonly values = new Map<string, string>();

  constructor(readonly where: string) {}

  add(line: string): void {
    if (line === '') return;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    if (this.values.has(key)) throw invalid(`${this.where} says '${key.slice(0, 80)}' twice`);
    this.values.set(key, equals < 0 ? '' : line.slice(equals + 1));
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  text(key: string): string {
    const value = this.values.get(key);
    if (value === undefined) throw invalid(`${this.where} has no '${key}'`);
    return value;
  }

  integer(key: string): number {
    const [number] = this.numbers(key, 1);
    if (!Number.isSafeInteger(number)) throw invalid(`${this.where}: ${key} is ${number}, expected a whole number`);
    return number;
  }

  /** Exactly `count` numbers. */
  numbers(key: string, count: number): number[] {
    const words = this.text(key).split(' ').filter(Boolean);
    if (words.length !== count) {
      throw invalid(`${this.where}: ${key} has ${words.length} numbers, expected ${count}`);
    }
    return words.map(word => {
      if (NUMBER.test(word)) return Number(word);
      if (INFINITE.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
      throw invalid(`${this.where}: ${key} has '${word.slice(0, 80)}', expected a number`);
    });
  }
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const INFINITE = /^[-+]?inf(inity)?$/i;

/** The longest text that V8 can hold. */
const LONGEST_TEXT = 0x1fffffe8;

function textOf(bytes: Uint8Array): string {
  if (bytes.length > LONGEST_TEXT) throw invalid(`${bytes.length} bytes are too many`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('it is not UTF-8 text');
  }
}

function invalid(reason: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `not a LightGBM model: ${reason}`);
}
