import type { Datatype } from '../../core/datatype.js';
import { ServerError } from '../../core/errors.js';
import { shorten } from './cursor.js';

/** What stands before the data of a tensor, and what a message about it can say. */
export interface TensorHeader {
  readonly name: string;
  readonly datatype: Datatype;
  /** As the client wrote it; -1 for one size that follows from the data. */
  readonly shape: readonly number[];
  /** As many values as the shape asks for; with an open size, as many as may be. More are refused, not kept. */
  readonly elements: number;
}

const EXPECTED: Record<Datatype, string> = {
  BOOL: 'true, false, 1 or 0',
  UINT8: 'a whole number from 0 to 255',
  UINT16: 'a whole number from 0 to 65535',
  UINT32: 'a whole number from 0 to 4294967295',
  UINT64: 'a whole number from 0 to 18446744073709551615',
  INT8: 'a whole number from -128 to 127',
  INT16: 'a whole number from -32768 to 32767',
  INT32: 'a whole number from -2147483648 to 2147483647',
  INT64: 'a whole number from -9223372036854775808 to 9223372036854775807',
  FP16: 'a number from -65504 to 65504',
  FP32: 'a number within single precision',
  FP64: 'a number within double precision',
  BYTES: 'a string',
};

/** INVALID_ARGUMENT about the tensor as a whole. */
export function refuse({ name }: Pick<TensorHeader, 'name'>, problem: string): never {
  throw new ServerError('INVALID_ARGUMENT', `input '${shorten(name)}': ${problem}`);
}

/** INVALID_ARGUMENT about value `index`; `got` is what the client wrote. */
export function refuseValue(header: TensorHeader, index: number, got: string): never {
  const { datatype } = header;
  return refuse(header, `data value ${index}: expected ${EXPECTED[datatype]} (${datatype}), got ${shorten(got)}`);
}

/** INVALID_ARGUMENT: the data holds `got` values, which is not what the shape asks for. */
export function refuseCount(header: TensorHeader, got: number | string): never {
  return refuse(header, `shape [${header.shape}] needs ${header.elements} values, got ${got}`);
}
