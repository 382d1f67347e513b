import { badFile } from '../errors.js';

/** Whole numbers are numbers as long as a double holds them exactly. */
export function toInteger(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** A whole number from its digits in decimal. */
export function decimal(digits: string, maxDigits: number): number | bigint {
  if (digits.length > maxDigits) throw badFile(`an integer of ${digits.length} digits; at most ${maxDigits} are read`);
  if (!/^[+-]?\d+$/.test(digits)) throw badFile(`${JSON.stringify(digits.slice(0, 40))} is no integer`);
  return toInteger(BigInt(digits));
}
