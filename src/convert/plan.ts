import type { Datatype } from '../core/datatype.js';
import type { ParameterValue } from '../core/tensor.js';
import type { OnnxAttributeValue } from '../formats/onnx-write.js';
import type { ElementType, StoredArray } from '../kernels/value.js';

/**
 * A converted model: a graph of operations from the request's rows to the model's outputs. Operations with an ONNX name run
 * as float64 ONNX graphs, kernels run in TypeScript; which of them share a session is decided when a replica compiles the
 * plan for the outputs a request asks for (runtimes/program.ts). A plan holds data only, so a file can carry it (plan-file.ts).
 */
export interface ModelPlan {
  readonly about: PlanAbout;
  readonly input: PlanInput;
  /** Type and shape of every value; -1 as first dimension is the number of rows. A node's values are named by their index. */
  readonly values: readonly PlanValue[];
  /** In an order in which every node comes after those it reads. */
  readonly nodes: readonly PlanNode[];
  readonly outputs: readonly PlanOutput[];
  readonly arrays: readonly StoredArray[];
}

/** Where the model came from, for metadata and `inspect`. */
export interface PlanAbout {
  readonly library: string;
  readonly libraryVersion: string;
  /** One line, such as `Pipeline(StandardScaler, SVC(kernel='rbf'))`. */
  readonly estimator: string;
  readonly classes?: readonly ParameterValue[];
}

export interface PlanInput {
  /** Features of a row; -1 when the model takes rows of any length. */
  readonly columns: number;
  /** Names of the features when the model was fitted with names. */
  readonly names?: readonly string[];
  /** Per column, what the model wants there. */
  readonly types: 'number' | readonly ColumnType[];
  /** Whether a frame may bring columns the model has no use for. */
  readonly others?: boolean;
  /** The datatype that metadata shows for number columns. */
  readonly datatype: 'FP32' | 'FP64';
  /** Whether null and NaN are values the model understands, per column or all alike; if not, the front refuses them. */
  readonly missing: boolean | readonly boolean[];
  /** Whether infinities are understood. */
  readonly infinite?: boolean;
}

/** 'any': numbers or text, the first request decides nothing for the next. 'unused': whatever it is, a frame may lack it. */
export type ColumnType = 'number' | 'text' | 'any' | 'unused';

export interface PlanValue {
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export type PlanNode =
  /** Columns as numbers, in the order given, all when none are: [rows, columns], f64 or f32. */
  | { readonly kind: 'rows'; readonly columns?: readonly number[]; readonly output: number }
  /** One column: [rows], f64 or str as the value's type says. */
  | { readonly kind: 'column'; readonly column: number; readonly output: number }
  | { readonly kind: 'constant'; readonly array: number; readonly output: number }
  | {
      readonly kind: 'onnx';
      readonly op: string;
      readonly domain?: string;
      readonly attributes?: Readonly<Record<string, OnnxAttributeValue>>;
      readonly inputs: readonly number[];
      readonly outputs: readonly number[];
    }
  | {
      readonly kind: 'kernel';
      readonly kernel: string;
      readonly params: unknown;
      /** Name in the kernel -> index in `arrays`. */
      readonly arrays: Readonly<Record<string, number>>;
      readonly inputs: readonly number[];
      readonly outputs: readonly number[];
    }
  /** `float32` when the request's rows are FP32, else `otherwise`: libraries that keep float32 round on the way. */
  | { readonly kind: 'choose'; readonly float32: number; readonly otherwise: number; readonly output: number };

/** 'float': FP32 for FP32 rows, else FP64. 'rows': the datatype of the request's rows. */
export type OutputDatatype = Datatype | 'float' | 'rows';

export interface PlanOutput {
  /** The tensor's name in the answer: `predict`, `predict_proba-0`. */
  readonly name: string;
  /** The method a request asks for; several outputs may share one (multi-output `predict_proba`, frame columns). */
  readonly method: string;
  readonly value: number;
  readonly datatype: OutputDatatype;
  /** Set when the output is a column of a frame. */
  readonly frame?: boolean;
  readonly shortcut?: PlanShortcut;
}

/** A way to an output's value that takes less work and knows for which rows it is right. The rows must not depend on each other. */
export interface PlanShortcut {
  /** Of the output's type and shape. */
  readonly value: number;
  /** u8 [rows]: 1 where it is what `PlanOutput.value` is. */
  readonly sure: number;
}
