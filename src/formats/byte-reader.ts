import { isAscii } from 'node:buffer';
import { badFile } from './errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Up to this length a loop tells whether text is ASCII faster than a call does. */
const SHORT_TEXT = 48;

/**
 * Reads little-endian values from front to back. Every read is checked against the bytes left, so a length field can
 * never reach past the end or make anybody allocate. `take` answers views, not copies. Throws INVALID_ARGUMENT.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly length: number;
  position = 0;
  private readonly view: DataView;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.length - this.position;
  }

  /** Moves past `count` bytes and answers where they began. */
  skip(count: number, what: string): number {
    const start = this.position;
    if (!(count >= 0 && count <= this.length - start)) {
      throw badFile(`${what} of ${count} bytes, but ${this.length - start} are left`);
    }
    this.position = start + count;
    return start;
  }

  take(count: number, what: string): Uint8Array {
    const start = this.skip(count, what);
    return this.bytes.subarray(start, start + count);
  }

  uint8(what: string): number {
    return this.bytes[this.skip(1, what)];
  }

  uint16(what: string): number {
    return this.view.getUint16(this.skip(2, what), true);
  }

  uint32(what: string): number {
    return this.view.getUint32(this.skip(4, what), true);
  }

  int32(what: string): number {
    return this.view.getInt32(this.skip(4, what), true);
  }

  float32(what: string): number {
    return this.view.getFloat32(this.skip(4, what), true);
  }

  /** A length of 8 bytes. Beyond 2^53 it is rounded, which no check of the bytes left can pass anyway. */
  uint64(what: string): number {
    return Number(this.view.getBigUint64(this.skip(8, what), true));
  }

  float64BigEndian(what: string): number {
    return this.view.getFloat64(this.skip(8, what), false);
  }

  /** UTF-8 of a known length. Most names are ASCII, which Node decodes several times faster as latin1. */
  text(length: number, what: string): string {
    const start = this.skip(length, what);
    const end = start + length;
    if (this.isAscii(start, end)) return this.buffer.toString('latin1', start, end);
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      throw badFile(`${what} of ${length} bytes is not UTF-8`);
    }
  }

  /** The characters up to the next line feed, one byte each; the line feed is read too. */
  line(what: string): string {
    const start = this.position;
    const end = this.bytes.indexOf(0x0a, start);
    if (end < 0) throw badFile(`${what} without an end of line`);
    this.position = end + 1;
    return this.buffer.toString('latin1', start, end);
  }

  private isAscii(start: number, end: number): boolean {
    if (end - start > SHORT_TEXT) return isAscii(this.bytes.subarray(start, end));
    for (let i = start; i < end; i++) if (this.bytes[i] >= 0x80) return false;
    return true;
  }
}
