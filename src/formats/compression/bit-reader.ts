import { badFile } from '../errors.js';

/** Reads bits from the highest of each byte down. */
export class BitReader {
  private buffer = 0;
  private count = 0;
  private position = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next `count` bits as a number, at most 24 at once. */
  bits(count: number): number {
    while (this.count < count) {
      if (this.position >= this.bytes.length) throw badFile('the packed data end too early');
      this.buffer = ((this.buffer << 8) | this.bytes[this.position++]) & 0x7fffffff;
      this.count += 8;
    }
    this.count -= count;
    return (this.buffer >>> this.count) & ((1 << count) - 1);
  }

  /** Drops the bits up to the next whole byte and answers where that is. */
  align(): number {
    this.position -= Math.floor(this.count / 8);
    this.count = 0;
    return this.position;
  }
}
