/*
 * IEEE 754 binary16: sign (1 bit), exponent (5 bits, bias 15), fraction (10 bits).
 *   exponent 0       subnormal: fraction * 2^-24
 *   exponent 1..30   (1024 + fraction) * 2^(exponent - 25)
 *   exponent 31      infinity (fraction 0) or NaN
 */

const SIGN = 0x8000;
const INFINITY = 0x7c00;
const NOT_A_NUMBER = 0x7e00;

/** From here on a number is nearer to 2^16 than to 65504, the largest half. */
const OVERFLOW = 65520;
/** Adding and taking away 2^52 rounds a double below it to a whole number, ties to even. */
const ROUND = 2 ** 52;
const SMALLEST_NORMAL_EXPONENT = -14;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/** The value of a half given as its 16 bits; every half is exact as a double. */
export function float16ToNumber(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  let value: number;
  if (exponent === 0) value = fraction * 2 ** -24;
  else if (exponent === 31) value = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  else value = (1024 + fraction) * powerOfTwo(exponent - 25);
  return bits & SIGN ? -value : value;
}

/** The 16 bits of the half nearest to `value`, ties to even; beyond the range an infinity, as IEEE 754 has it. */
export function float16FromNumber(value: number): number {
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  const sign = value < 0 || Object.is(value, -0) ? SIGN : 0;
  const size = Math.abs(value);
  if (size >= OVERFLOW) return sign | INFINITY;
  const exponent = Math.max(exponentOf(size), SMALLEST_NORMAL_EXPONENT);
  // In units of the half's last place: 1024..2047 for a normal half, less for a subnormal one. Rounding up to 2048 (or from
  // a subnormal to 1024) carries into the exponent by itself, because the implicit leading 1 is added, not masked.
  const units = size * powerOfTwo(10 - exponent) + ROUND - ROUND;
  return sign | (((exponent - SMALLEST_NORMAL_EXPONENT) << 10) + units);
}

/** floor(log2(size)) of a normal double; -1023 for zero and subnormal doubles. */
function exponentOf(size: number): number {
  double[0] = size;
  return (words[1] >>> 20) - 1023;
}

/** 2^exponent for exponents of normal doubles, exact by construction. */
function powerOfTwo(exponent: number): number {
  words[0] = 0;
  words[1] = (exponent + 1023) << 20;
  return double[0];
}
