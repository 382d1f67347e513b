import { isUtf8 } from 'node:buffer';
import { SHOWN_LENGTH, shorten } from '../../core/bad-input.js';
import { ServerError } from '../../core/errors.js';
import type { BinaryTail } from './binary-tail.js';
import {
  BACKSLASH,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  closing,
  DOT,
  isDigit,
  isSpace,
  LOWER_CASE,
  LOWER_E,
  LOWER_F,
  LOWER_N,
  LOWER_T,
  MINUS,
  OPEN_LIST,
  OPEN_OBJECT,
  ORDINARY,
  PLUS,
  QUOTE,
  ZERO,
} from './bytes.js';
import { escapeEnd, LONE_SURROGATE } from './escape.js';

/** Lists and objects inside each other, at most; no part of the server may recurse deeper on what a client sent. */
export const MAX_DEPTH = 100;

/** What `passString` found; a plain text is its own bytes. */
export const PLAIN = 0;
const NOT_ASCII = 1;
export const ESCAPED = 2;

/** A copy of an imported constant: the import itself is a load and a check for every byte of a string. */
const ordinary = ORDINARY;

/** Enough for what a message shows of a client's value. */
const MOST_BYTES_SHOWN = 4 * (SHOWN_LENGTH + 1);

/** The opening bytes of the lists and objects around the value that is being passed over. */
const opened = new Uint8Array(MAX_DEPTH + 1);

/**
 * A cursor over the bytes of one JSON text. It makes values only when asked: what nobody reads is checked and passed over.
 *
 * The text must be valid UTF-8 and end in `}`, which the constructor checks; so a run of digits always ends inside the text.
 *
 * Errors: UNPROCESSABLE for what is not JSON or has the wrong type, INVALID_ARGUMENT for JSON no request may hold
 * (nesting beyond MAX_DEPTH, lone surrogates). Messages say where: set `list`, `index` and `field` on the way.
 */
export class JsonCursor {
  readonly bytes: Buffer;
  private readonly end: number;
  /** The byte to be read next. */
  pos = 0;

  /** Tensor data that follow the JSON, if any do; see binary-tensors.ts. */
  tail: BinaryTail | undefined;

  /** The list whose item `index` is being read; '' outside of lists. */
  list = '';
  index = 0;
  /** The field being read, of the item or of the whole; '' for the thing itself. */
  field = '';

  constructor(body: Uint8Array) {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    let end = bytes.length;
    while (end > 0 && isSpace(bytes[end - 1])) end--;
    this.bytes = bytes;
    this.end = end;
    if (end === 0) throw new ServerError('UNPROCESSABLE', 'body: expected a JSON object, got nothing');
    if (!isUtf8(bytes)) throw new ServerError('UNPROCESSABLE', 'body: not valid UTF-8');
    if (this.peek() !== OPEN_OBJECT) this.wrongType('a JSON object');
    if (bytes[end - 1] !== CLOSE_OBJECT) {
      throw new ServerError('UNPROCESSABLE', "body is not JSON: an object must end with '}'");
    }
  }

  /** Checks that nothing follows. */
  finish(): void {
    this.peek();
    if (this.pos < this.end) this.syntaxError('the end of the body');
  }

  /** The next byte that is not white space, left in place; 0 at the end. */
  peek(): number {
    const { bytes, end } = this;
    let pos = this.pos;
    while (pos < end) {
      const byte = bytes[pos];
      if (byte > 0x20 || !isSpace(byte)) {
        this.pos = pos;
        return byte;
      }
      pos++;
    }
    this.pos = end;
    return 0;
  }

  /** Passes over one value of any kind, checking that it is JSON. Keeps no stack of calls: depth is the sender's choice. */
  passValue(): void {
    let depth = 0;
    for (;;) {
      const byte = this.peek();
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (++depth > MAX_DEPTH) this.tooDeep();
        opened[depth] = byte;
        this.pos++;
        if (this.peek() !== closing(byte)) {
          if (byte === OPEN_OBJECT) this.passKey();
          continue;
        }
        this.pos++;
        depth--;
      } else {
        this.passLeaf(byte);
      }
      for (;;) {
        if (depth === 0) return;
        const next = this.peek();
        const close = closing(opened[depth]);
        if (next === COMMA) {
          this.pos++;
          if (close === CLOSE_OBJECT) this.passKey();
          break;
        }
        if (next !== close) this.syntaxError(`',' or '${String.fromCharCode(close)}'`);
        this.pos++;
        depth--;
      }
    }
  }

  /** Passes over a string; tells whether its text is PLAIN, or else which of the other flags hold. */
  passString(): number {
    const { bytes, end } = this;
    let flags = PLAIN;
    let pos = this.pos + 1;
    for (; pos < end; pos++) {
      const byte = bytes[pos];
      if (ordinary[byte]) continue;
      if (byte === QUOTE) {
        this.pos = pos + 1;
        return flags;
      }
      if (byte === BACKSLASH) {
        flags |= ESCAPED;
        const behind = escapeEnd(bytes, pos);
        if (behind < 0) this.badEscape(pos, behind);
        pos = behind - 1;
      } else if (byte >= 0x80) {
        flags |= NOT_ASCII;
      } else if (byte < 0x20) {
        this.pos = pos;
        this.syntaxError('no control character in a string');
      }
    }
    this.pos = end;
    return this.syntaxError("the string's closing quote");
  }

  /** Passes over a number; true when it has neither fraction nor exponent. */
  passNumber(): boolean {
    const { bytes } = this;
    let pos = this.pos;
    let whole = true;
    if (bytes[pos] === MINUS) pos++;
    if (bytes[pos] === ZERO) pos++;
    else pos = this.digits(pos);
    if (bytes[pos] === DOT) {
      whole = false;
      pos = this.digits(pos + 1);
    }
    if ((bytes[pos] | LOWER_CASE) === LOWER_E) {
      whole = false;
      const sign = bytes[pos + 1];
      pos = this.digits(sign === PLUS || sign === MINUS ? pos + 2 : pos + 1);
    }
    this.pos = pos;
    return whole;
  }

  /** Passes over `true`, `false` or `null`. */
  passLiteral(word: 'true' | 'false' | 'null'): void {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.pos + i] !== word.charCodeAt(i)) this.syntaxError('a JSON value');
    }
    this.pos += word.length;
  }

  /** `inputs[0].shape` */
  path(): string {
    const item = this.list === '' ? '' : `${this.list}[${this.index}]`;
    const field = shorten(this.field);
    if (field === '') return item === '' ? 'body' : item;
    return item === '' ? field : `${item}.${field}`;
  }

  /** The next value is JSON, but not what the protocol asks for here. */
  wrongType(expected: string): never {
    this.peek();
    const start = this.pos;
    this.passValue();
    throw new ServerError('UNPROCESSABLE', `${this.path()}: expected ${expected}, got ${shorten(this.passed(start))}`);
  }

  /** The text between `start` and here, or as much of it as anybody wants to see. */
  passed(start: number): string {
    return this.bytes.toString('utf8', start, Math.min(this.pos, start + MOST_BYTES_SHOWN));
  }

  missing(field: string): never {
    throw new ServerError('UNPROCESSABLE', `${this.path()}: expected a field '${field}', got none`);
  }

  syntaxError(expected: string): never {
    const { pos, end } = this;
    // A character of UTF-8 has up to four bytes
    const [character] = this.bytes.toString('utf8', pos, Math.min(pos + 4, end));
    const got = pos < end ? JSON.stringify(character) : 'the end of the body';
    throw new ServerError('UNPROCESSABLE', `body is not JSON: expected ${expected} at byte ${pos}, got ${got}`);
  }

  tooDeep(): never {
    throw new ServerError('INVALID_ARGUMENT', `${this.path()}: nested deeper than ${MAX_DEPTH}`);
  }

  private passKey(): void {
    if (this.peek() !== QUOTE) this.syntaxError('a member name in quotes');
    this.passString();
    this.colon();
  }

  private colon(): void {
    if (this.peek() !== COLON) this.syntaxError("':'");
    this.pos++;
  }

  private passLeaf(byte: number): void {
    if (byte === QUOTE) this.passString();
    else if (byte === LOWER_T) this.passLiteral('true');
    else if (byte === LOWER_F) this.passLiteral('false');
    else if (byte === LOWER_N) this.passLiteral('null');
    else if (byte === MINUS || isDigit(byte)) this.passNumber();
    else this.syntaxError('a JSON value');
  }

  private badEscape(pos: number, problem: number): never {
    this.pos = pos;
    if (problem !== LONE_SURROGATE) this.syntaxError('an escape JSON knows');
    const half = this.bytes.toString('latin1', pos, pos + 6);
    throw new ServerError('INVALID_ARGUMENT', `${this.path()}: lone surrogate ${half} at byte ${pos}`);
  }

  private digits(pos: number): number {
    const { bytes } = this;
    if (!isDigit(bytes[pos])) {
      this.pos = pos;
      this.syntaxError('a digit');
    }
    do pos++;
    while (isDigit(bytes[pos]));
    return pos;
  }
}
