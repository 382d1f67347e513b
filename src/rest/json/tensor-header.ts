import type { Datatype } from '../../core/datatype.js';

/** What stands before the data of a tensor. */
export interface TensorHeader {
  readonly name: string;
  readonly datatype: Datatype;
  /** As the client wrote it; -1 for one size that follows from the data. */
  readonly shape: readonly number[];
  /** As many values as the shape asks for; with an open size, as many as may be. More are refused, not kept. */
  readonly elements: number;
}
