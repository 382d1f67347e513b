/**
 * Bounds on what reading one file may take. Each is checked before the memory it bounds is asked for. Arrays and bytes
 * need no bound of their own: they are views on the file, never longer than what is there.
 */
export interface PickleLimits {
  /** Bytes after unpacking. */
  readonly maxBytes: number;
  /** Lists, dicts, tuples, sets, arrays and objects together. */
  readonly maxObjects: number;
  /** Values that the file asks to remember for a second mention. */
  readonly maxMemoEntries: number;
  /** Values waiting on the unpickler's stack: those of the longest tuple, not of the whole file. */
  readonly maxStack: number;
  /** Objects inside objects. Python itself cannot write many more than 300 without a raised recursion limit. */
  readonly maxDepth: number;
  /** Digits of an integer, as in Python. */
  readonly maxDigits: number;
}

export const DEFAULT_PICKLE_LIMITS: PickleLimits = {
  maxBytes: 2 ** 31 - 1,
  maxObjects: 10_000_000,
  maxMemoEntries: 10_000_000,
  maxStack: 5_000_000,
  maxDepth: 1_000,
  maxDigits: 4_300,
};
