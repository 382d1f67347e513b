import { ServerError } from '../core/errors.js';

/**
 * The most columns of rows, and of what a step makes of them. A file can claim any number of them in a few bytes, and V8 ends the
 * whole process, not just the thread, when a list or set of them grows by more at once than the heap has left.
 */
export const MAX_COLUMNS = 2 ** 22;

export function tooWide(columns: number): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${columns} columns are too many, at most ${MAX_COLUMNS} are served`);
}

/** What is left of a shape when one axis is summed up. */
export function dropAxis(shape: readonly number[], axis: number): number[] {
  return shape.filter((_, i) => i !== axis);
}

/** The shape of an operation on two values, by numpy's rule; -1 (rows) wins over 1 and over an equal unknown. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const length = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 0; i < length; i++) {
    const left = a[a.length - length + i] ?? 1;
    const right = b[b.length - length + i] ?? 1;
    shape.push(left === 1 ? right : right === 1 || left === -1 ? left : right);
  }
  return shape;
}
