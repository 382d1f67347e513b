import { badInput } from '../../core/bad-input.js';
import { CLOSE_LIST, COMMA, OPEN_LIST } from './bytes.js';
import { type JsonCursor, MAX_DEPTH } from './cursor.js';
import type { TensorHeader } from './tensor-header.js';

/** Takes the values that lie in lists, in order; the lists themselves are `passNested`'s business. */
export interface Leaves {
  /** Values taken so far. */
  readonly count: number;
  /** Takes the value the json stands before, which is no list, and may go on with those that follow in the same list. */
  take(json: JsonCursor): void;
}

/** By depth, the outermost list being 1: items seen in the open list, and items of every list there (-1 before the first ends). */
const items = new Int32Array(MAX_DEPTH + 1);
const sizes = new Int32Array(MAX_DEPTH + 1);

/**
 * Gives the values of a list of lists, or a single value, to `leaves`. As an array of numbers has it, all values must lie at
 * the same depth and all lists of one depth be equally long; else INVALID_ARGUMENT.
 */
export function passNested(json: JsonCursor, leaves: Leaves, header: TensorHeader): void {
  let depth = 0;
  let deepest = 0;
  /** Depth of the values; -1 until it is known. */
  let leafDepth = -1;
  for (;;) {
    const isList = json.peek() === OPEN_LIST;
    if (isList) {
      if (depth === MAX_DEPTH) json.tooDeep();
      depth++;
      json.pos++;
      items[depth] = 0;
      if (depth > deepest) {
        deepest = depth;
        sizes[depth] = -1;
      }
      // An empty list is where values would be
      if (json.peek() !== CLOSE_LIST) continue;
    }
    if (leafDepth === -1) leafDepth = depth;
    else if (leafDepth !== depth) ragged(header);
    if (!isList) {
      const before = leaves.count;
      leaves.take(json);
      items[depth] += leaves.count - before;
    }
    for (;;) {
      if (depth === 0) return;
      const next = json.peek();
      if (next === COMMA) {
        json.pos++;
        break;
      }
      if (next !== CLOSE_LIST) json.syntaxError("',' or ']'");
      json.pos++;
      if (sizes[depth] === -1) sizes[depth] = items[depth];
      else if (sizes[depth] !== items[depth]) ragged(header);
      items[--depth]++;
    }
  }
}

function ragged(header: TensorHeader): never {
  throw badInput(header.name, 'data is ragged: lists side by side must be equally long and deep');
}
