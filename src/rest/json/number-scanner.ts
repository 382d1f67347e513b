import { badCount, badValue } from '../../core/bad-input.js';
import { isDigit, LOWER_F, LOWER_N, LOWER_T, QUOTE } from './bytes.js';
import type { JsonCursor } from './cursor.js';
import { decimal, exactInteger, MAX_EXACT_DIGITS, POWERS_OF_TEN } from './decimal.js';
import type { Leaves } from './nested-list.js';
import { readString } from './read.js';
import type { TensorHeader } from './tensor-header.js';

// Copies of what bytes.js and decimal.js export: an imported constant is a load and a check at each use, which took a third
// of the hot loop's time.
const SPACE = 0x20;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const CLOSE_LIST = 0x5d;
const powersOfTen = POWERS_OF_TEN;

/** As many digits make an integer of 32 bits, whatever they are. */
const HALF = 9;

/** Numbers in quotes, as clients send them that keep decimals as text. */
const WHOLE_TEXT = /^[+-]?\d+$/;
const NUMBER_TEXT = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL_TEXT = /^([+-]?)(nan|inf|infinity)$/i;

/** 2^64 has 20 digits. BigInt takes quadratic time, so that longer texts must never reach it. */
const MAX_WHOLE_LENGTH = 21;

/** What memory stays from one request to the next; most requests then take memory for their own tensors only. */
let scratch: Float64Array = new Float64Array(8192);
const MAX_KEPT = 1 << 20;

/**
 * The numbers of one tensor as doubles, whatever its datatype: with one array type the hot loop has one kind of store, and
 * all that is left to do for each datatype is to narrow them (narrow.ts).
 */
export class NumberScanner implements Leaves {
  count = 0;
  private values = scratch;
  /** 64-bit integers that are no safe integers, by index; among the numbers 0 stands in their place. */
  exact: Map<number, bigint> | undefined;

  constructor(private readonly header: TensorHeader) {}

  /** The numbers taken, in memory that the next scanner uses again. */
  found(): Float64Array {
    return this.values.subarray(0, this.count);
  }

  take(json: JsonCursor): void {
    if (!this.takePlain(json)) this.takeSpecial(json);
  }

  /**
   * Takes numbers of up to 18 digits and no exponent, separated by commas, as many as come. Returns true behind the last one
   * taken; false, having taken none, before anything else, be it a value or no JSON at all.
   *
   * Up to 9 digits are an integer divided by a power of ten: both are exact, so the quotient is rounded once. More digits are
   * taken as two integers, see `decimal`. The cursor's text ends in `}`: no loop over digits runs beyond it.
   */
  private takePlain(json: JsonCursor): boolean {
    const { bytes } = json;
    let { values, count } = this;
    let pos = json.pos;
    let behind = -1;
    for (;;) {
      // `digit` is outside of 0..9 for all bytes but digits
      let digit = (bytes[pos] - ZERO) | 0;
      const negative = digit === MINUS - ZERO;
      if (negative) digit = (bytes[++pos] - ZERO) | 0;
      if (digit < 0 || digit > 9) break;
      const first = pos;
      let head = digit;
      digit = (bytes[++pos] - ZERO) | 0;
      if (head === 0) {
        if (digit >= 0 && digit <= 9) break;
      } else {
        while (digit >= 0 && digit <= 9) {
          head = (Math.imul(head, 10) + digit) | 0;
          digit = (bytes[++pos] - ZERO) | 0;
        }
        if (pos - first > HALF) break;
      }
      let value = head;
      if (digit === DOT - ZERO) {
        const dot = pos;
        // A leading zero needs no room
        const split = head === 0 ? dot + 1 + HALF : first + 1 + HALF;
        digit = (bytes[++pos] - ZERO) | 0;
        while (digit >= 0 && digit <= 9 && pos < split) {
          head = (Math.imul(head, 10) + digit) | 0;
          digit = (bytes[++pos] - ZERO) | 0;
        }
        if (digit < 0 || digit > 9) {
          if (pos === dot + 1) break;
          value = head / powersOfTen[pos - dot - 1];
        } else {
          let tail = 0;
          while (digit >= 0 && digit <= 9 && pos < split + HALF) {
            tail = (Math.imul(tail, 10) + digit) | 0;
            digit = (bytes[++pos] - ZERO) | 0;
          }
          value = decimal(head, tail, pos - split, pos - dot - 1);
          if (Number.isNaN(value)) break;
        }
      }
      if (digit !== COMMA - ZERO && digit !== CLOSE_LIST - ZERO && digit !== SPACE - ZERO) break;
      if (count === values.length) values = this.grow(count);
      values[count++] = negative ? -value : value;
      behind = pos;
      if (digit !== COMMA - ZERO) break;
      pos++;
      if (bytes[pos] === SPACE) pos++;
    }
    if (behind < 0) return false;
    this.count = count;
    json.pos = behind;
    return true;
  }

  /** Takes one value of any kind. */
  private takeSpecial(json: JsonCursor): void {
    const byte = json.peek();
    const start = json.pos;
    if (byte === MINUS || isDigit(byte)) {
      const whole = json.passNumber();
      const length = json.pos - start;
      if (whole && length <= MAX_EXACT_DIGITS) this.add(exactInteger(json.bytes, start, json.pos));
      else this.addText(json.bytes.toString('latin1', start, json.pos), whole);
    } else if (byte === QUOTE) {
      this.addQuoted(readString(json, 'a number'));
    } else if (byte === LOWER_T || byte === LOWER_F) {
      json.passLiteral(byte === LOWER_T ? 'true' : 'false');
      this.add(byte === LOWER_T ? 1 : 0);
    } else if (byte === LOWER_N && this.header.datatype.startsWith('FP')) {
      json.passLiteral('null');
      this.add(Number.NaN);
    } else {
      json.passValue();
      this.refuse(json.passed(start));
    }
  }

  private addQuoted(quoted: string): void {
    const text = quoted.trim();
    const special = SPECIAL_TEXT.exec(text);
    if (this.header.datatype === 'BOOL') this.refuse(JSON.stringify(quoted));
    else if (NUMBER_TEXT.test(text)) this.addText(text, WHOLE_TEXT.test(text));
    else if (special === null || !this.header.datatype.startsWith('FP')) this.refuse(JSON.stringify(quoted));
    else if (special[2].toLowerCase() === 'nan') this.add(Number.NaN);
    else this.add(special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
  }

  /** `whole`: written without fraction and exponent. */
  private addText(text: string, whole: boolean): void {
    const value = Number(text);
    const wide = this.header.datatype === 'INT64' || this.header.datatype === 'UINT64';
    if (!Number.isFinite(this.header.datatype === 'FP32' ? Math.fround(value) : value)) this.refuse(text);
    else if (!wide || Number.isSafeInteger(value) || !Number.isInteger(value)) this.add(value);
    else if (text.length > MAX_WHOLE_LENGTH) this.refuse(text);
    else this.addExact(whole ? BigInt(text) : BigInt(value), text);
  }

  private addExact(value: bigint, text: string): void {
    const stored = this.header.datatype === 'INT64' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
    if (stored !== value) this.refuse(text);
    this.exact ??= new Map();
    this.exact.set(this.count, value);
    this.add(0);
  }

  private add(value: number): void {
    if (this.count === this.values.length) this.grow(this.count);
    this.values[this.count++] = value;
  }

  private refuse(got: string): never {
    const { name, datatype } = this.header;
    throw badValue(name, datatype, this.count, got);
  }

  private grow(count: number): Float64Array {
    const { name, shape, elements } = this.header;
    if (count >= elements) throw badCount(name, shape, elements, `more than ${count}`);
    const larger = new Float64Array(Math.min(count * 2, elements));
    larger.set(this.values);
    if (larger.length <= MAX_KEPT) scratch = larger;
    return (this.values = larger);
  }
}
