import { isUtf8 } from 'node:buffer';
import { copyBytes } from '../core/copy-bytes.js';
import type { ServerError } from '../core/errors.js';
import { badFile } from './errors.js';

/** How the value of a field is laid out; see proto-writer.ts. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const TWO_TO_32 = 2 ** 32;
const MAX_VARINT_BITS = 70;

/**
 * Reads a protobuf message from front to back without copying it:
 *
 *   while (reader.next()) {
 *     if (reader.field === 1) name = reader.text();
 *     else reader.skip();
 *   }
 *
 * Nested messages are read by the same reader, between `enter` and `leave`. Every length is checked against the bytes left, so
 * none can reach past the end or make anybody allocate. Throws INVALID_ARGUMENT.
 */
export class ProtoReader {
  /** Of the last `next`. */
  field = 0;
  position = 0;
  private wireType: number = WIRE.varint;
  private end: number;
  /** The upper 32 bits of the last varint. */
  private high = 0;
  private readonly bytes: Buffer;

  constructor(
    bytes: Uint8Array,
    /** What messages begin with. */
    private readonly what: string,
  ) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.byteLength;
  }

  /** Goes to the next field of the message; false at its end. */
  next(): boolean {
    if (this.position >= this.end) return false;
    const key = this.varint();
    this.field = key >>> 3;
    this.wireType = key & 7;
    if (this.field === 0 || this.high !== 0) throw this.bad('the key of a field is expected');
    return true;
  }

  /** Whether anything is left of the message or packed list that the reader is in. */
  get more(): boolean {
    return this.position < this.end;
  }

  /** Passes the value of a field nobody asked for. */
  skip(): void {
    const { varint, fixed64, bytes, fixed32 } = WIRE;
    if (this.wireType === varint) this.varint();
    else if (this.wireType === bytes) this.passBytes();
    else if (this.wireType === fixed64) this.pass(8);
    else if (this.wireType === fixed32) this.pass(4);
    else throw this.bad(`wire type ${this.wireType} is unknown`);
  }

  bool(): boolean {
    return this.low() !== 0 || this.high !== 0;
  }

  uint32(): number {
    return this.low();
  }

  int32(): number {
    return this.low() | 0;
  }

  /** An int64; beyond the safe integers it is rounded, and then no safe integer either. */
  int(): number {
    const low = this.low();
    return (this.high | 0) * TWO_TO_32 + low;
  }

  int64(): bigint {
    const low = this.low();
    return (BigInt(this.high | 0) << 32n) | BigInt(low);
  }

  uint64(): bigint {
    const low = this.low();
    return (BigInt(this.high) << 32n) | BigInt(low);
  }

  float(): number {
    this.expect(WIRE.fixed32);
    return this.bytes.readFloatLE(this.pass(4));
  }

  double(): number {
    this.expect(WIRE.fixed64);
    return this.bytes.readDoubleLE(this.pass(8));
  }

  /** `name` is the field's, for the message about bytes that are no text. */
  text(name = 'the text'): string {
    const start = this.passBytes();
    const text = this.bytes.toString('utf8', start, this.position);
    // Decoding puts this character in the place of bytes that are none, but it may have been sent as well.
    if (text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, this.position))) {
      throw this.bad(`${name} is not valid UTF-8`);
    }
    return text;
  }

  /** A view. */
  view(): Buffer {
    const start = this.passBytes();
    return this.bytes.subarray(start, this.position);
  }

  /** Goes into the nested message; the answer is for `leave`. */
  enter(): number {
    const outer = this.end;
    const start = this.passBytes();
    this.end = this.position;
    this.position = start;
    return outer;
  }

  /** Passes what is left of the nested message. */
  leave(outer: number): void {
    this.position = this.end;
    this.end = outer;
  }

  /**
   * Goes into the values of a repeated field of numbers, each of `wireType`: into a packed list, or before the one value that
   * stands there. They are read while there are `more`; the answer is for `leave`.
   */
  enterRepeated(wireType: number): number {
    if (this.wireType === WIRE.bytes) {
      const outer = this.enter();
      this.wireType = wireType;
      return outer;
    }
    this.expect(wireType);
    const outer = this.end;
    const start = this.position;
    this.skip();
    this.end = this.position;
    this.position = start;
    return outer;
  }

  /** How many varints are left where the reader is. */
  countVarints(): number {
    const { bytes, end } = this;
    let count = 0;
    for (let i = this.position; i < end; i++) if (bytes[i] < 0x80) count++;
    return count;
  }

  /** Bytes left where the reader is. */
  get left(): number {
    return this.end - this.position;
  }

  /** Copies all that is left where the reader is to `target`, from byte `at` on. Answers the place behind it. */
  copyRest(target: Uint8Array, at: number): number {
    const start = this.position;
    this.position = this.end;
    return copyBytes(this.bytes, start, this.end, target, at);
  }

  /** Reads the varints left as halves of 64-bit numbers, the lower first, from number `index` on. Answers the index behind them. */
  halves(target: Uint32Array, index: number): number {
    let at = index * 2;
    while (this.position < this.end) {
      target[at++] = this.varint();
      target[at++] = this.high;
    }
    return at / 2;
  }

  bad(problem: string): ServerError {
    return badFile(`${this.what}: byte ${this.position}, field ${this.field}: ${problem}`);
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw this.bad(`expected wire type ${wireType}, got ${this.wireType}`);
  }

  private low(): number {
    this.expect(WIRE.varint);
    return this.varint();
  }

  private passBytes(): number {
    this.expect(WIRE.bytes);
    const byteLength = this.varint();
    if (this.high !== 0) throw this.bad('a length of more than 32 bits');
    return this.pass(byteLength);
  }

  /** Moves past `byteLength` bytes and answers where they began. */
  private pass(byteLength: number): number {
    const start = this.position;
    if (byteLength > this.end - start) {
      throw this.bad(`${byteLength} bytes are announced, but ${this.end - start} are left`);
    }
    this.position = start + byteLength;
    return start;
  }

  /** Answers the lower 32 bits and sets `high`. */
  private varint(): number {
    const { bytes, end } = this;
    let { position } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
      if (position >= end) throw this.bad('the message ends within a number');
      const byte = bytes[position++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.position = position;
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    throw this.bad('a number of more than 10 bytes');
  }
}
