import type { Datatype } from '../core/datatype.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** One output as a model may write it; `data` flat or in lists of lists. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: unknown;
  readonly parameters?: Parameters;
}

export interface ModelResponse {
  readonly outputs: readonly (OutputTensor | Tensor)[];
  readonly parameters?: Parameters;
}
