import { ServerError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';

/** How one tensor becomes a value of JavaScript and back, for one content type. */
export interface TensorCodec<Value, Encodable = Value> {
  readonly contentType: string;
  /** Throws INVALID_ARGUMENT, naming the input, for what is not of this content type. */
  decode(tensor: Tensor): Value;
  canEncode(value: unknown): boolean;
  /** Throws INVALID_ARGUMENT, naming the output, for values that no tensor can hold. */
  encode(name: string, value: Encodable): Tensor;
}

export function badInput({ name }: Tensor, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `input '${name}': ${problem}`);
}

/** Lists of bytes and text: what is no BYTES tensor cannot be one. */
export function checkBytes(tensor: Tensor, contentType: string): void {
  if (tensor.datatype === 'BYTES') return;
  throw badInput(tensor, `content type '${contentType}' needs datatype BYTES, got ${tensor.datatype}`);
}

/** A kind of value in a message: 'string', 'null', 'list', 'Float32Array', 'Date'. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (typeof value !== 'object') return typeof value;
  return value.constructor?.name ?? 'object';
}
