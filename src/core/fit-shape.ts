import { badCount, badInput, shorten } from './bad-input.js';
import { bytesAt, dataLength, elementCount, isBytes, type TensorData } from './tensor.js';

/** A size that follows from the others, as numpy has it. */
export const OPEN_SIZE = -1;
/** As numpy has it. */
export const MAX_DIMENSIONS = 64;

/**
 * The shape that the data of an input has: the one the client wrote, its -1 replaced. Throws INVALID_ARGUMENT when the data
 * cannot have it.
 */
export function fitShape(name: string, shape: readonly number[], data: TensorData): readonly number[] {
  const count = dataLength(data);
  const open = shape.indexOf(OPEN_SIZE);
  if (open >= 0) return shape.with(open, openSize(name, shape, open, count));
  const needed = elementsOf(name, shape);
  if (needed === count) return shape;
  if (isLengthOfText(shape, data)) return [1];
  throw badCount(name, shape, needed, count);
}

/** Elements that the shape of an input asks for; see elementCount. */
export function elementsOf(name: string, shape: readonly number[]): number {
  return elementCount(shape, `input '${shorten(name)}'`);
}

/** The size that -1 stands for at place `open`. */
function openSize(name: string, shape: readonly number[], open: number, count: number): number {
  const others = shape.toSpliced(open, 1);
  if (others.includes(OPEN_SIZE)) throw badInput(name, `shape [${shape}] may leave one size open, not more`);
  const size = count / elementsOf(name, others);
  if (!Number.isInteger(size)) throw badInput(name, `shape [${shape}] cannot hold ${count} values`);
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
