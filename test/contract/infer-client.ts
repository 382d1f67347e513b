import assert from 'node:assert/strict';
import type { Datatype } from '../../src/core/datatype.js';
import type { ErrorCode } from '../../src/core/errors.js';

export type Value = number | bigint | boolean | string;

/** A tensor as every transport can send it: NaN is NaN, texts are texts. */
export interface PlainTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** A text, because a client may send any. */
  readonly datatype: string;
  readonly data: readonly Value[];
  readonly contentType?: string;
}

export interface PlainRequest {
  readonly id?: string;
  readonly inputs: readonly PlainTensor[];
  readonly outputs?: readonly string[];
  /** Of the request as a whole. */
  readonly contentType?: string;
  /** That all outputs are asked for as. */
  readonly outputContentType?: string;
}

export interface PlainAnswer {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly id: string;
  readonly outputs: readonly (PlainTensor & { readonly datatype: Datatype })[];
  /** CloudEvents and the like, lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** What a call is to be refused with. */
export interface Refusal {
  readonly code: ErrorCode;
  /** Where HTTP does not have the usual one for the code. */
  readonly httpStatus?: number;
  readonly message: RegExp;
}

/** A way to ask a server. */
export interface InferClient {
  /** A refusal's code may be any that has the number the client got. */
  infer(model: string, version: string | undefined, request: PlainRequest): Promise<PlainAnswer | FailedCall>;
  close(): void;
}

/** The status as it came over the wire, with the function that says what a code should have been there. */
export class FailedCall {
  constructor(
    readonly status: number,
    readonly message: string,
    readonly statusOf: (refusal: Refusal) => number,
  ) {}

  /** Fails unless this is how the call was to be refused. */
  check(wanted: Refusal | undefined): void {
    assert.ok(wanted !== undefined, `refused: ${this.message}`);
    assert.match(this.message, wanted.message);
    assert.equal(this.status, this.statusOf(wanted));
  }
}
