import { BACKSLASH, isDigit, LOWER_CASE, LOWER_U, ZERO } from './bytes.js';

/** The bytes at hand are no escape that JSON knows. */
const NO_ESCAPE = -1;
/** One half of a UTF-16 pair: JSON may say it, but it is no character and has no UTF-8. */
export const LONE_SURROGATE = -2;

const SHORT_ESCAPES = '"\\/bfnrt';
const UNICODE_LENGTH = 6;

/**
 * The place behind the escape whose backslash is at `pos`, or one of the above: `\n` and its like, or `\uXXXX`, of which two
 * make one character beyond U+FFFF.
 */
export function escapeEnd(bytes: Uint8Array, pos: number): number {
  if (bytes[pos + 1] !== LOWER_U) {
    return SHORT_ESCAPES.includes(String.fromCharCode(bytes[pos + 1])) ? pos + 2 : NO_ESCAPE;
  }
  const unit = unitAt(bytes, pos);
  if (unit < 0) return NO_ESCAPE;
  const end = pos + UNICODE_LENGTH;
  if (unit < 0xd800 || unit > 0xdfff) return end;
  if (unit > 0xdbff || bytes[end] !== BACKSLASH || bytes[end + 1] !== LOWER_U) return LONE_SURROGATE;
  const low = unitAt(bytes, end);
  return low >= 0xdc00 && low <= 0xdfff ? end + UNICODE_LENGTH : LONE_SURROGATE;
}

/** The UTF-16 unit written as `\uXXXX` at `pos`; negative when four hexadecimal digits are not there. */
function unitAt(bytes: Uint8Array, pos: number): number {
  let unit = 0;
  for (let i = pos + 2; i < pos + UNICODE_LENGTH; i++) {
    const digit = hexadecimalDigit(bytes[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexadecimalDigit(byte: number): number {
  if (isDigit(byte)) return byte - ZERO;
  const letter = (byte | LOWER_CASE) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}
