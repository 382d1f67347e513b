import { badFile } from '../errors.js';

/** From this many bytes on, a copy of a whole range is faster than a loop. */
const BLOCK_COPY = 64;

/**
 * Unpacked bytes, growing by doubling up to a limit that is checked before memory is taken. Small files that unpack to
 * gigabytes end here. Belongs to the decoder that writes it until `finish`.
 */
export class BoundedOutput {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(
    readonly maxBytes: number,
    expected = 0,
  ) {
    this.bytes = new Uint8Array(Math.min(maxBytes, Math.max(expected, 1 << 16)));
  }

  /** Makes room for `count` more bytes. Throws INVALID_ARGUMENT beyond the limit. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    if (needed > this.maxBytes) throw tooLarge(this.maxBytes);
    const larger = new Uint8Array(Math.min(this.maxBytes, Math.max(needed, 2 * this.bytes.length)));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  append(source: Uint8Array, from = 0, count = source.length): void {
    this.reserve(count);
    const { bytes, length } = this;
    if (count >= BLOCK_COPY) bytes.set(source.subarray(from, from + count), length);
    else for (let i = 0; i < count; i++) bytes[length + i] = source[from + i];
    this.length = length + count;
  }

  /** Repeats `count` bytes from `distance` back; the two ranges may overlap, as LZ77 wants. */
  repeat(distance: number, count: number): void {
    this.reserve(count);
    const { bytes, length } = this;
    const from = length - distance;
    if (distance === 1) bytes.fill(bytes[from], length, length + count);
    else if (distance >= count && count >= BLOCK_COPY) bytes.copyWithin(length, from, from + count);
    else for (let i = 0; i < count; i++) bytes[length + i] = bytes[from + i];
    this.length = length + count;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }
}

export function tooLarge(maxBytes: number): Error {
  return badFile(`the file unpacks to more than the limit of ${maxBytes} bytes`);
}
