import { ServerError } from './errors.js';
import { bytesAt, dataLength, elementCount, isBytes, type TensorData } from './tensor.js';

/** A size that follows from the others, as numpy has it. */
const OPEN = -1;
/** As numpy has it. */
export const MAX_DIMENSIONS = 64;

/** The shape that `data` has, which is the one the client wrote, its -1 replaced. Throws INVALID_ARGUMENT when it has not. */
export function fitShape(shape: readonly number[], data: TensorData, what: string): readonly number[] {
  const count = dataLength(data);
  const open = shape.indexOf(OPEN);
  if (open >= 0) return shape.with(open, openSize(shape, open, count, what));
  const needed = elementCount(shape, what);
  if (needed === count) return shape;
  if (isLengthOfText(shape, data)) return [1];
  throw bad(what, `shape [${shape}] needs ${needed} values, got ${count}`);
}

/** The size that -1 stands for at place `open`. */
function openSize(shape: readonly number[], open: number, count: number, what: string): number {
  const others = shape.toSpliced(open, 1);
  if (others.includes(OPEN)) throw bad(what, `shape [${shape}] may leave one size open, not more`);
  const size = count / elementCount(others, what);
  if (!Number.isInteger(size)) throw bad(what, `shape [${shape}] cannot hold ${count} values`);
  return size;
}

/** MLServer takes a single text whose shape tells its characters instead of saying that there is one. */
function isLengthOfText(shape: readonly number[], data: TensorData): boolean {
  if (shape.length !== 1 || !isBytes(data) || dataLength(data) !== 1) return false;
  let characters = 0;
  // All bytes but the second to fourth of a character
  for (const byte of bytesAt(data, 0)) if ((byte & 0xc0) !== 0x80) characters++;
  return characters === shape[0];
}

function bad(what: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${what}: ${problem}`);
}
