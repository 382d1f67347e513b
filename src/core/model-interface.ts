import type { TensorMetadata } from './protocol.js';
import type { Parameters, Tensor } from './tensor.js';

/** What a loaded model takes and gives, as far as the front has to know it: for metadata and for checks before the queue. */
export interface ModelInterface {
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** Names a request may ask for under `outputs`; undefined: the model decides. */
  readonly methods?: readonly string[];
  /** Facts about the model for its metadata: library, version, estimator, classes. */
  readonly parameters: Parameters;
  readonly rule: InputRule;
  readonly sharing: BatchSharing;
  /** The model can see request parameters and headers, so requests that differ in them must not be merged. */
  readonly seesParameters: boolean;
  /** It can give several answers to one request, one after the other. */
  readonly streams?: boolean;
  /** HTTP routes of its own. */
  readonly routes?: readonly RouteDescription[];
}

export interface RouteDescription {
  /** With names in braces for parts that may be anything: `/explain/{name}`. */
  readonly path: string;
  readonly method: string;
}

/** What the one who saved a model says of its tensors, whatever its file knows. */
export interface ModelSignature {
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** How a request becomes what the model was saved with: a frame, named tensors, or one array. */
  readonly contentType: 'pd' | 'dict' | 'np';
}

/**
 * Whether requests may share a batch. 'always': rows do not depend on each other and every output has one row per input row, so
 * nobody can tell. 'asked': that may be so, only the user knows, who says it with `max_batch_size`. 'never': it cannot be so.
 */
export type BatchSharing = 'always' | 'asked' | 'never';

export type InputRule =
  /** Rows of features: one tensor [rows, columns] of any numeric datatype, or one tensor per named column. */
  | {
      readonly kind: 'rows';
      /** -1 for any number. */
      readonly columns: number;
      readonly names?: readonly string[];
      readonly types: 'number' | readonly ('number' | 'text' | 'any' | 'unused')[];
      /** NaN and null are understood, per column or all alike. */
      readonly missing: boolean | readonly boolean[];
      /** Columns by other names are passed over, not refused. */
      readonly others?: boolean;
      readonly infinite: boolean;
      /** No rows at all are fine. */
      readonly empty: boolean;
    }
  /** Exactly the tensors of `inputs`: names (of a single one any), datatypes and shapes. */
  | {
      readonly kind: 'tensors';
      /** Inputs that take tensors of any shape. */
      readonly anyShape: readonly string[];
      /** Tensors without elements are fine. */
      readonly empty: boolean;
    }
  /** Whatever the model makes of it. */
  | { readonly kind: 'free' };

/** Whether a request brings one tensor per named column of the model rather than one matrix of all. */
export function isFrame(inputs: readonly Tensor[], columns: number, names: readonly string[] | undefined): boolean {
  if (inputs.length !== 1) return true;
  const [{ shape }] = inputs;
  return names !== undefined && columns > 1 && (shape.length === 1 || shape[1] === 1);
}
