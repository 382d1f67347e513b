import type { Datatype } from '../../src/core/datatype.js';
import type { CaseTensor } from '../support/case-rows.js';

/** One request for some of a model's outputs, in the words of the JSON protocol. */
export interface GoldenRequest {
  readonly model: string;
  readonly inputs: readonly (CaseTensor & { readonly name: string })[];
  readonly parameters?: { readonly content_type: 'pd' };
  readonly outputs: readonly { readonly name: string }[];
}

/** A tensor of an answer; `data` is flat, null is NaN. */
export interface GoldenAnswer {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean | null)[];
}

/** A way to ask a running server. */
export interface GoldenClient {
  readonly transport: string;
  /** Whether it has a way to say that a text is missing. */
  readonly missingText: boolean;
  /** Name of the first tensor that a model's metadata tells. */
  inputName(model: string): Promise<string>;
  /** Rejects with the message that the server gives as its reason. */
  infer(request: GoldenRequest): Promise<readonly GoldenAnswer[]>;
  close(): void;
}
