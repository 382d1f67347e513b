import { ServerError } from '../core/errors.js';
import type { Numbers } from './document.js';

/** One tree: arrays by node, all of one length. Children and features are not checked here (convert/tree-spec.ts does). */
export interface XgboostTree {
  readonly left: Numbers;
  readonly right: Numbers;
  readonly feature: Numbers;
  /** Inner nodes: `x < condition` goes left. */
  readonly condition: Numbers;
  /** 1: missing values go left. */
  readonly defaultLeft: Numbers;
  /** `width` numbers per node; those of leaves count. */
  readonly leaves: Numbers;
  readonly width: number;
  /** The output it adds to (the first one, when leaves are vectors). */
  readonly group: number;
  /** What its leaves are multiplied with (dart). */
  readonly weight: number;
  /** Inner nodes that ask for a category: those that go right. */
  readonly categories: ReadonlyMap<number, Int32Array>;
}

/** A booster as its file tells it, of any of the file forms. */
export interface XgboostModel {
  /** Of the library that wrote the file; [0, 0, 0] before 1.0. */
  readonly version: readonly number[];
  readonly objective: string;
  readonly booster: 'gbtree' | 'dart' | 'gblinear';
  readonly features: number;
  /** 0 when the model names no classes. */
  readonly classes: number;
  readonly targets: number;
  /** One number, or one for each output. In the space of answers; of margins in files before 1.0. */
  readonly baseScore: readonly number[];
  readonly featureNames: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
  readonly trees: readonly XgboostTree[];
  /** Trees of a round: where the rounds begin, and the end; absent in older files. */
  readonly roundStarts?: Numbers;
  readonly parallelTrees?: number;
  /** gblinear: (features + 1) x outputs; the last row is the bias. */
  readonly weights?: Numbers;
}

const BOOSTERS = ['gbtree', 'dart', 'gblinear'] as const;

export function boosterName(name: string): XgboostModel['booster'] {
  const known = BOOSTERS.find(booster => booster === name);
  if (known === undefined) throw new ServerError('INVALID_ARGUMENT', `XGBoost's booster '${name}' is not known`);
  return known;
}
