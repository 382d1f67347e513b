import { ServerError } from '../core/errors.js';

/** Reads little-endian numbers and text one after the other; never past the end. */
export class ByteReader {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  /** `what` names the file form in errors. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly what: string,
    private at = 0,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  skip(length: number): void {
    this.take(length);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  float32(): number {
    return this.view.getFloat32(this.take(4), true);
  }

  /** A count of things that take at least `size` bytes each, as uint64. */
  count(size: number): number {
    const count = Number(this.view.getBigUint64(this.take(8), true));
    this.reserve(count, size);
    return count;
  }

  /** Throws unless `count` things of `size` bytes can follow. */
  reserve(count: number, size: number): void {
    if (count < 0 || count > this.left / size) {
      throw this.invalid(`${count} elements of ${size} bytes announced, ${this.left} bytes are left`);
    }
  }

  /** Text behind its length. */
  text(): string {
    const length = this.count(1);
    const from = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(from, from + length));
    } catch {
      throw this.invalid('text that is not UTF-8');
    }
  }

  invalid(reason: string): ServerError {
    return new ServerError('INVALID_ARGUMENT', `${this.what}: ${reason} (at byte ${this.at})`);
  }

  private take(length: number): number {
    if (length > this.left) throw this.invalid(`${length} bytes wanted, ${this.left} are left`);
    const from = this.at;
    this.at += length;
    return from;
  }
}
