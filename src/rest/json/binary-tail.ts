import { badInput } from '../../core/bad-input.js';
import { ServerError } from '../../core/errors.js';

/** The bytes behind the JSON of a request, which its inputs take in their order. */
export class BinaryTail {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** The next `size` bytes, a view. Throws INVALID_ARGUMENT when there are fewer; `name` is the input's, for messages. */
  take(size: unknown, name: string): Buffer {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw badInput(name, 'binary_data_size: expected a whole number of 0 or more');
    }
    const left = this.bytes.byteLength - this.at;
    if (size > left) {
      throw badInput(name, `binary_data_size is ${size}, but ${left} bytes are left of the body`);
    }
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  /** Throws INVALID_ARGUMENT when no input asked for the last bytes. */
  finish(): void {
    const left = this.bytes.byteLength - this.at;
    if (left > 0) throw new ServerError('INVALID_ARGUMENT', `${left} bytes of the body belong to no input`);
  }
}
