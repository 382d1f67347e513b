const MAX_VARINT_BYTES = 10;
const TWO_TO_32 = 2 ** 32;

/** Copying characters one by one is faster than a native call up to about this many. */
const SHORT_TEXT = 24;

/**
 * A protobuf message in the making, in one growing buffer. Every field is a key (number << 3 | wire type) and a value:
 *
 *   wire type 0  varint: 7 bits a byte, the lowest first, the top bit set in all bytes but the last
 *   wire type 1  64 bits, little-endian
 *   wire type 2  a length as varint, then so many bytes: text, bytes, a nested message, a packed list of numbers
 *   wire type 5  32 bits, little-endian
 *
 * The length of a nested message is known after its body: one byte is kept free for it, and a body of 128 bytes or more is moved up.
 */
export class ProtoWriter {
  private buffer: Buffer;
  private length = 0;

  /** `capacity`: bytes the message is likely to take; a good guess saves copies. */
  constructor(capacity = 256) {
    this.buffer = Buffer.allocUnsafe(capacity);
  }

  bool(field: number, value: boolean): void {
    this.key(field, 0);
    this.varint(value ? 1 : 0, 0);
  }

  /** A safe integer. Negative numbers take ten bytes: protobuf's two's complement of 64 bits. */
  int(field: number, value: number): void {
    this.key(field, 0);
    this.varint(value >>> 0, Math.floor(value / TWO_TO_32) >>> 0);
  }

  /** An int64 or uint64 of any size. */
  bigint(field: number, value: bigint): void {
    this.key(field, 0);
    this.varint(Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
  }

  float(field: number, value: number): void {
    this.key(field, 5);
    this.reserve(4);
    this.length = this.buffer.writeFloatLE(value, this.length);
  }

  double(field: number, value: number): void {
    this.key(field, 1);
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  bytes(field: number, value: Uint8Array): void {
    this.space(field, value.byteLength).set(value);
  }

  /** Room for so many bytes, which the caller fills before it writes on. */
  space(field: number, byteLength: number): Buffer {
    this.key(field, 2);
    this.varint(byteLength, 0);
    this.reserve(byteLength);
    this.length += byteLength;
    return this.buffer.subarray(this.length - byteLength, this.length);
  }

  text(field: number, value: string): void {
    this.key(field, 2);
    if (value.length <= SHORT_TEXT && this.shortAscii(value)) return;
    const byteLength = Buffer.byteLength(value);
    this.varint(byteLength, 0);
    this.reserve(byteLength);
    this.length += this.buffer.write(value, this.length);
  }

  message(field: number, write: (body: ProtoWriter) => void): void {
    const start = this.begin(field);
    write(this);
    this.end(start);
  }

  /** What is written from here to `end` is the body of a nested message (or a packed list). */
  begin(field: number): number {
    this.key(field, 2);
    this.reserve(1);
    return ++this.length;
  }

  /** `start`: what `begin` answered. */
  end(start: number): void {
    const byteLength = this.length - start;
    let lengthBytes = 1;
    for (let rest = byteLength; rest > 0x7f; rest = Math.floor(rest / 0x80)) lengthBytes++;
    if (lengthBytes > 1) {
      this.reserve(lengthBytes - 1);
      this.buffer.copyWithin(start + lengthBytes - 1, start, this.length);
    }
    this.length = start - 1;
    this.varint(byteLength, 0);
    this.length += byteLength;
  }

  /** A packed list of numbers whose bytes are those of the array: float, double, fixed and bool. */
  packedBytes(field: number, values: ArrayBufferView): void {
    this.bytes(field, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /** A packed list of whole numbers from -2^31 to 2^32 - 1. */
  packedIntegers(field: number, values: ArrayLike<number>): void {
    const start = this.begin(field);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      this.varint(value >>> 0, value < 0 ? 0xffffffff : 0);
    }
    this.end(start);
  }

  /** A packed list of int64 or uint64. */
  packedBigints(field: number, values: BigInt64Array | BigUint64Array): void {
    const start = this.begin(field);
    const halves = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
    for (let i = 0; i < halves.length; i += 2) this.varint(halves[i], halves[i + 1]);
    this.end(start);
  }

  /** The message. The writer must not be used any more: they share memory. */
  finish(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  private key(field: number, wireType: number): void {
    this.varint(((field << 3) | wireType) >>> 0, 0);
  }

  private varint(low: number, high: number): void {
    this.reserve(MAX_VARINT_BYTES);
    const { buffer } = this;
    let at = this.length;
    while (high !== 0 || low > 0x7f) {
      buffer[at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    buffer[at++] = low;
    this.length = at;
  }

  /** Writes length and characters of an ASCII text; false, with nothing written, for any other. */
  private shortAscii(value: string): boolean {
    this.reserve(SHORT_TEXT + 1);
    const { buffer, length } = this;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) return false;
      buffer[length + 1 + i] = code;
    }
    buffer[length] = value.length;
    this.length = length + 1 + value.length;
    return true;
  }

  private reserve(byteLength: number): void {
    const needed = this.length + byteLength;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}
