import { badCount, badValue } from '../../core/bad-input.js';
import { type BytesColumn, missingText } from '../../core/tensor.js';
import { LOWER_N, QUOTE } from './bytes.js';
import { ESCAPED, type JsonCursor } from './cursor.js';
import type { Leaves } from './nested-list.js';
import type { TensorHeader } from './tensor-header.js';

/** Copying byte by byte is faster than a native call up to about this length. */
const SHORT = 32;

/** Memory that stays from one request to the next. */
let scratch = Buffer.allocUnsafeSlow(16 * 1024);
const MAX_KEPT = 1 << 20;
const MISSING = Buffer.from(missingText());

/** The strings of one BYTES tensor as UTF-8; null is a missing text. A string without escapes is copied as it is: the json's text is UTF-8. */
export class TextScanner implements Leaves {
  count = 0;
  private offsets = new Uint32Array(16);
  private bytes = scratch;
  private length = 0;

  constructor(private readonly header: TensorHeader) {}

  take(json: JsonCursor): void {
    const byte = json.peek();
    const start = json.pos;
    if (byte === LOWER_N) {
      json.passLiteral('null');
      this.add(MISSING, 0, MISSING.length);
      return;
    }
    if (byte !== QUOTE) {
      json.passValue();
      const { name, datatype } = this.header;
      throw badValue(name, datatype, this.count, json.passed(start));
    }
    if (json.passString() & ESCAPED) {
      const text = Buffer.from(JSON.parse(json.bytes.toString('utf8', start, json.pos)));
      this.add(text, 0, text.length);
    } else {
      this.add(json.bytes, start + 1, json.pos - 1);
    }
  }

  column(): BytesColumn {
    return {
      offsets: this.offsets.slice(0, this.count + 1),
      bytes: Uint8Array.from(this.bytes.subarray(0, this.length)),
    };
  }

  private add(from: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) this.growBytes(length);
    if (end - start <= SHORT) {
      for (let at = this.length, pos = start; pos < end; pos++) this.bytes[at++] = from[pos];
    } else {
      from.copy(this.bytes, this.length, start, end);
    }
    this.length = length;
    if (++this.count === this.offsets.length) this.growOffsets();
    this.offsets[this.count] = length;
  }

  private growBytes(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(length, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    if (larger.length <= MAX_KEPT) scratch = larger;
    this.bytes = larger;
  }

  private growOffsets(): void {
    const { name, shape, elements } = this.header;
    if (this.count > elements) throw badCount(name, shape, elements, `more than ${this.count - 1}`);
    const larger = new Uint32Array(this.offsets.length * 2);
    larger.set(this.offsets);
    this.offsets = larger;
  }
}
