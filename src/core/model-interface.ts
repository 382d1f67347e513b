import type { TensorMetadata } from './protocol.js';
import type { Parameters } from './tensor.js';

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
  /** Rows do not depend on each other and every output has one row per input row: requests may share a batch unasked. */
  readonly rowWise: boolean;
  /** The model can see request parameters and headers, so requests that differ in them must not be merged. */
  readonly seesParameters: boolean;
}

export type InputRule =
  /** Rows of features: one tensor [rows, columns] of any numeric datatype, or one tensor per named column. */
  | {
      readonly kind: 'rows';
      readonly columns: number;
      readonly names?: readonly string[];
      readonly types: 'number' | readonly ('number' | 'text' | 'any')[];
      /** NaN and null are understood. */
      readonly missing: boolean;
      readonly infinite: boolean;
      /** No rows at all are fine. */
      readonly empty: boolean;
    }
  /** Exactly the tensors of `inputs`: names, datatypes and shapes. */
  | { readonly kind: 'tensors' }
  /** Whatever the model makes of it. */
  | { readonly kind: 'free' };
