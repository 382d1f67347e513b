import type { NumericDatatype } from './datatype.js';
import { ServerError } from './errors.js';

const EXPECTED: Record<NumericDatatype, string> = {
  BOOL: 'true, false, 1 or 0 (BOOL)',
  UINT8: 'a whole number from 0 to 255 (UINT8)',
  UINT16: 'a whole number from 0 to 65535 (UINT16)',
  UINT32: 'a whole number from 0 to 4294967295 (UINT32)',
  UINT64: 'a whole number from 0 to 18446744073709551615 (UINT64)',
  INT8: 'a whole number from -128 to 127 (INT8)',
  INT16: 'a whole number from -32768 to 32767 (INT16)',
  INT32: 'a whole number from -2147483648 to 2147483647 (INT32)',
  INT64: 'a whole number from -9223372036854775808 to 9223372036854775807 (INT64)',
  FP16: 'a number from -65504 to 65504 (FP16)',
  FP32: 'a number within the range of FP32',
  FP64: 'a number within the range of FP64',
};

/** A value of a tensor that its datatype cannot hold: INVALID_ARGUMENT. `what` names the tensor, `got` is the value as text. */
export function wrongValue(what: string, index: number, datatype: NumericDatatype, got: string): ServerError {
  return new ServerError(
    'INVALID_ARGUMENT',
    `${what}: data value ${index}: expected ${EXPECTED[datatype]}, got ${got}`,
  );
}
