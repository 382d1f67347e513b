import { ServerError } from '../core/errors.js';

export interface JsonBounds {
  readonly maxBytes?: number;
  /** How deep objects and lists may nest. */
  readonly maxDepth?: number;
}

/** The longest text that V8 can hold. */
const LONGEST_TEXT = 0x1fffffe8;
const DEFAULT_DEPTH = 512;

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
const [LETTER_I, LETTER_N] = [0x49, 0x4e];

/**
 * JSON out of a model file. Understands the `NaN` and `Infinity` that model writers put where JSON has no word (NaN becomes
 * null). Read the result with `Field`, which looks at own properties only: a key such as `__proto__` then is a key like any
 * other. Throws INVALID_ARGUMENT for what is no JSON, too long or nested too deeply.
 */
export function parseJson(bytes: Uint8Array, bounds: JsonBounds = {}): unknown {
  const maxBytes = Math.min(bounds.maxBytes ?? LONGEST_TEXT, LONGEST_TEXT);
  if (bytes.length > maxBytes) throw invalid(`the file has ${bytes.length} bytes, at most ${maxBytes} are read`);
  const words = scan(bytes, bounds.maxDepth ?? DEFAULT_DEPTH);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(words ? replaceWords(text) : text);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/** Checks the nesting before anything is built; tells whether a word of non-finite numbers may stand outside of texts. */
function scan(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0;
  let words = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i++;
      while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > maxDepth) throw invalid(`nested deeper than ${maxDepth} levels`);
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--;
    } else if (byte === LETTER_N || byte === LETTER_I) {
      words = true;
    }
  }
  return words;
}

/**
 * A number too large for float64 reads as Infinity, so both words have a form that JSON.parse understands. A text without an end
 * reaches to the end of the document: to look for another one inside of it at each of its quotes would take for ever.
 */
function replaceWords(text: string): string {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|NaN|Infinity/gs, word => {
    if (word === 'NaN') return 'null';
    return word === 'Infinity' ? '1e999' : word;
  });
}

function invalid(reason: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `not a JSON document: ${reason}`);
}
