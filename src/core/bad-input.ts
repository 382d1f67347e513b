import type { Datatype } from './datatype.js';
import { ServerError } from './errors.js';

/* What is wrong with a tensor of a request, in the same words whatever transport it came by. */

/** The most of a client's value that goes into a message. */
export const SHOWN_LENGTH = 40;

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

/** A client's text in a message: its beginning will do. */
export function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH)}...`;
}

/** INVALID_ARGUMENT about the input of that name. */
export function badInput(name: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `input '${shorten(name)}': ${problem}`);
}

/** INVALID_ARGUMENT about value `index`; `got` is what the client wrote. */
export function badValue(name: string, datatype: Datatype, index: number, got: string): ServerError {
  return wrongValue(`input '${shorten(name)}'`, datatype, index, got);
}

/** The same about a tensor that `what` names. */
export function wrongValue(what: string, datatype: Datatype, index: number, got: string): ServerError {
  const expected = `${EXPECTED[datatype]} (${datatype})`;
  return new ServerError('INVALID_ARGUMENT', `${what}: data value ${index}: expected ${expected}, got ${shorten(got)}`);
}

/** INVALID_ARGUMENT: the data holds `got` values, which is not what the shape asks for. */
export function badCount(name: string, shape: readonly number[], needed: number, got: number | string): ServerError {
  return badInput(name, `shape [${shape}] needs ${needed} values, got ${got}`);
}

/** Refuses one name for two tensors with INVALID_ARGUMENT: which of them was meant? */
export function checkNames(kind: 'input' | 'output', tensors: readonly { readonly name: string }[]): void {
  if (tensors.length < 2) return;
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw new ServerError('INVALID_ARGUMENT', `${kind} '${shorten(name)}' is there twice`);
    names.add(name);
  }
}
