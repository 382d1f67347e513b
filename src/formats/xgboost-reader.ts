import type { ServerError } from '../core/errors.js';
import { ByteReader } from './byte-reader.js';
import { badFile } from './errors.js';

/** The fields of XGBoost's old binary form, one after the other; errors begin with what the file is taken for. */
export class XgboostReader {
  private readonly bytes: ByteReader;

  constructor(
    bytes: Uint8Array,
    private readonly what: string,
    start = 0,
  ) {
    this.bytes = new ByteReader(bytes);
    this.bytes.position = start;
  }

  skip(length: number): void {
    this.bytes.skip(length, `${this.what}: a field`);
  }

  int32(): number {
    return this.bytes.int32(`${this.what}: a number`);
  }

  uint32(): number {
    return this.bytes.uint32(`${this.what}: a number`);
  }

  float32(): number {
    return this.bytes.float32(`${this.what}: a number`);
  }

  /** A count of things that take at least `size` bytes each, as uint64. */
  count(size: number): number {
    const count = this.bytes.uint64(`${this.what}: a count`);
    this.reserve(count, size);
    return count;
  }

  /** Throws unless `count` things of `size` bytes can follow. */
  reserve(count: number, size: number): void {
    if (count >= 0 && count <= this.bytes.left / size) return;
    throw this.invalid(`${count} elements of ${size} bytes announced, ${this.bytes.left} bytes are left`);
  }

  /** Text behind its length. */
  text(): string {
    return this.bytes.text(this.count(1), `${this.what}: a text`);
  }

  invalid(reason: string): ServerError {
    return badFile(`${this.what}: ${reason} (at byte ${this.bytes.position})`);
  }
}
