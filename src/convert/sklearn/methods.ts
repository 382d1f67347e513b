import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import type { Features } from './features.js';
import type { Labels } from './labels.js';

/**
 * What a fitted estimator answers, each as values in the graph. All are float64 with rows first, unless said otherwise; what an
 * estimator lacks is absent. Unused values cost nothing: a program computes what a request asks for.
 */
export interface Methods {
  /** Classifiers: class positions; everything else: numbers. */
  readonly predict?: Prediction;
  /** [rows, classes]; one per output for multi-output classifiers. */
  readonly predictProba?: Ref | readonly Ref[];
  /** The logarithm of `predictProba` where the estimator does not take it from there. */
  readonly predictLogProba?: Ref;
  /** [rows], [rows, classes] or [rows, pairs]. */
  readonly decisionFunction?: Ref;
  readonly scoreSamples?: Ref;
  readonly transform?: Transformed;
  /** The datatype of scores and probabilities; FP64 when absent. An estimator fitted on float32 rows keeps that. */
  readonly precision?: OutputDatatype;
  /** Whether rows with NaN are understood (scikit-learn's allow_nan). */
  readonly missing: boolean;
  /** Whether infinite numbers are understood. */
  readonly infinite?: boolean;
  /** Answers by further names (`kneighbors`, ...): output name -> value. */
  readonly others?: readonly OtherAnswer[];
}

export type Prediction =
  /** Positions in `labels`, i32 [rows]. */
  | { readonly kind: 'class'; readonly index: Ref; readonly labels: Labels; readonly shortcut?: Shortcut }
  /** One classification per column. */
  | { readonly kind: 'classes'; readonly outputs: readonly { readonly index: Ref; readonly labels: Labels }[] }
  /** Numbers, [rows] or [rows, targets]. */
  | { readonly kind: 'value'; readonly value: Ref; readonly datatype: OutputDatatype };

/** The same positions made with less work, i32 [rows], and u8 [rows]: 0 where they may be others. */
export interface Shortcut {
  readonly index: Ref;
  readonly sure: Ref;
}

export interface Transformed {
  readonly features: Features;
  /** FP64 always, 'float' when FP32 rows stay FP32, 'rows' when the rows' own datatype stays. */
  readonly datatype: OutputDatatype;
  /** Set when the transformer gives a frame: one output per column. */
  readonly frame?: boolean;
}

export interface OtherAnswer {
  readonly method: string;
  readonly name?: string;
  readonly value: Ref;
  readonly datatype: OutputDatatype;
}
