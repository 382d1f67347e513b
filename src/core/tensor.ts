import type { Datatype, NumericArray } from './datatype.js';
import { ServerError } from './errors.js';

/**
 * Variable-length elements: element i is `bytes[offsets[i] .. offsets[i + 1]]`. There are n + 1 offsets, ascending; the
 * first need not be 0, so that a slice of a column shares the bytes of the whole. A missing text (null in JSON) is the
 * single byte 0xff, which no UTF-8 text contains.
 */
export interface BytesColumn {
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
}

export type TensorData = NumericArray | BytesColumn;

/** Anything JSON can say. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A named array. `data` is flat, row-major, and holds exactly as many elements as `shape` says. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
  readonly parameters?: Parameters;
}

/** No tensor may hold more elements than this: sizes stay safe integers and every count fits 32 bits. */
export const MAX_ELEMENTS = 0x7fffffff;

export function isBytes(data: TensorData): data is BytesColumn {
  return !ArrayBuffer.isView(data);
}

/** Elements that a shape asks for. Throws INVALID_ARGUMENT for dimensions no tensor can have; `what` names the tensor. */
export function elementCount(shape: readonly number[], what: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new ServerError('INVALID_ARGUMENT', `${what}: shape [${shape}] must hold whole numbers of 0 or more`);
    }
    count *= size;
    if (count > MAX_ELEMENTS) {
      throw new ServerError('INVALID_ARGUMENT', `${what}: shape [${shape}] asks for more than ${MAX_ELEMENTS} values`);
    }
  }
  return count;
}

/** Elements that are there. */
export function dataLength(data: TensorData): number {
  return isBytes(data) ? data.offsets.length - 1 : data.length;
}

/** Rows of a tensor: its first dimension; a scalar counts as one row. */
export function rowsOf(tensor: Tensor): number {
  return tensor.shape.length === 0 ? 1 : tensor.shape[0];
}

/** Elements from `from` up to `to` (exclusive), sharing memory with the whole. */
export function sliceData(data: TensorData, from: number, to: number): TensorData {
  if (isBytes(data)) return { offsets: data.offsets.subarray(from, to + 1), bytes: data.bytes };
  return data.subarray(from, to) as NumericArray;
}

/** Rows from `from` up to `to` (exclusive), sharing memory with the whole tensor. */
export function sliceRows(tensor: Tensor, from: number, to: number): Tensor {
  const { shape } = tensor;
  let rowSize = 1;
  for (let i = 1; i < shape.length; i++) rowSize *= shape[i];
  const sliced = shape.slice();
  sliced[0] = to - from;
  return {
    name: tensor.name,
    datatype: tensor.datatype,
    shape: sliced,
    data: sliceData(tensor.data, from * rowSize, to * rowSize),
    parameters: tensor.parameters,
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts as UTF-8, and bytes as they are, in new memory. (Written in place: encoding each by itself takes tenfold on long lists.) */
export function bytesColumn(elements: readonly (string | Uint8Array)[]): BytesColumn {
  const offsets = new Uint32Array(elements.length + 1);
  let length = 0;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    length += typeof element === 'string' ? Buffer.byteLength(element) : element.byteLength;
    if (length > 0xffffffff) throw new ServerError('INVALID_ARGUMENT', 'a BYTES tensor may hold at most 4 GiB');
    offsets[i + 1] = length;
  }
  const bytes = new Uint8Array(length);
  const target = Buffer.from(bytes.buffer);
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i];
    if (typeof element === 'string') target.write(element, offsets[i]);
    else bytes.set(element, offsets[i]);
  }
  return { offsets, bytes };
}

export function bytesAt(column: BytesColumn, index: number): Uint8Array {
  return column.bytes.subarray(column.offsets[index], column.offsets[index + 1]);
}

/** Element `index` as UTF-8 text; bytes that are not UTF-8 become U+FFFD. */
export function textAt(column: BytesColumn, index: number): string {
  return decoder.decode(bytesAt(column, index));
}

const MISSING = 0xff;

/** The element that stands for a missing text. */
export function missingText(): Uint8Array {
  return Uint8Array.of(MISSING);
}

export function isMissingText(column: BytesColumn, index: number): boolean {
  const start = column.offsets[index];
  return column.offsets[index + 1] === start + 1 && column.bytes[start] === MISSING;
}

/** As textAt; null for a missing text. */
export function optionalTextAt(column: BytesColumn, index: number): string | null {
  return isMissingText(column, index) ? null : textAt(column, index);
}

/** As texts; null for missing ones. */
export function optionalTexts(column: BytesColumn): (string | null)[] {
  const out: (string | null)[] = new Array(column.offsets.length - 1);
  for (let i = 0; i < out.length; i++) out[i] = optionalTextAt(column, i);
  return out;
}

export function texts(column: BytesColumn): string[] {
  const out: string[] = new Array(column.offsets.length - 1);
  for (let i = 0; i < out.length; i++) out[i] = textAt(column, i);
  return out;
}
