import { MINUS, ZERO } from './bytes.js';

/** The powers of ten that are exact as doubles: 10^0 to 10^22. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Veltkamp's constant: splits a double into two halves of 26 bits, whose products are exact. */
const SPLITTER = 2 ** 27 + 1;
/** More than the relative error of `rest` below, which is under 2^-51. */
const UNCERTAINTY = 2 ** -50;

/**
 * The double nearest to (head * 10^tailDigits + tail) / 10^decimals, ties to even, or NaN when that cannot be told for
 * certain. `head` and `tail` are integers below 10^9, `tail` below `head * 10^tailDigits`; `tailDigits` is at most 9 and
 * `decimals` at most 22.
 *
 * All in doubles, and exact by construction: the numerator is `high + low` without error; the division leaves an exact
 * remainder, which divided once more gives `rest`, so that quotient + rest is right to about 100 bits. If the sum rounds to
 * the same double with `rest` a little larger and a little smaller than it can be, so does the true value between them.
 */
export function decimal(head: number, tail: number, tailDigits: number, decimals: number): number {
  // Exact: 30 bits times 5^9 (21 bits), and a power of two
  const first = head * POWERS_OF_TEN[tailDigits];
  const high = first + tail;
  const low = tail - (high - first);
  const divisor = POWERS_OF_TEN[decimals];
  const quotient = high / divisor;
  const product = quotient * divisor;
  let split = quotient * SPLITTER;
  const upper = split - (split - quotient);
  const lower = quotient - upper;
  split = divisor * SPLITTER;
  const divisorUpper = split - (split - divisor);
  const divisorLower = divisor - divisorUpper;
  // quotient * divisor === product + error, exactly
  const error = upper * divisorUpper - product + upper * divisorLower + lower * divisorUpper + lower * divisorLower;
  const rest = (high - product - error + low) / divisor;
  const above = quotient + rest * (1 + UNCERTAINTY);
  const below = quotient + rest * (1 - UNCERTAINTY);
  return above === below ? above : Number.NaN;
}

/** As many digits make an integer that is exact as a double, however they are added up. */
export const MAX_EXACT_DIGITS = 15;

/** The whole number of at most MAX_EXACT_DIGITS that stands in `bytes[start..end]`, with or without a minus sign. */
export function exactInteger(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  let value = 0;
  for (let pos = negative ? start + 1 : start; pos < end; pos++) value = value * 10 + bytes[pos] - ZERO;
  return negative ? -value : value;
}
