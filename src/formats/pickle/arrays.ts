import { badFile } from '../errors.js';
import { toInteger } from './integers.js';
import { NdArray, PyGlobal, PyObject, type PyValue } from './values.js';

/** Arrays of numbers after decoding; bool is 0 or 1. */
export type NumberArray =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

function arrayLength(array: NdArray): number {
  return array.shape.reduce((count, size) => count * size, 1);
}

/** The field of a record array, as an array over the same bytes; undefined where there is no such field. */
export function recordField(array: NdArray, name: string): NdArray | undefined {
  const field = array.dtype.fields?.get(name);
  if (field === undefined) return undefined;
  const { dtype, offset } = field;
  const bytes = array.bytes.subarray(offset);
  if (dtype.subarray === null) return new NdArray(dtype, array.shape, array.strides, bytes);
  const { dtype: base, shape } = dtype.subarray;
  const inner: number[] = [];
  for (let axis = shape.length - 1, stride = base.itemSize; axis >= 0; stride *= shape[axis--]) inner.unshift(stride);
  return new NdArray(base, [...array.shape, ...shape], [...array.strides, ...inner], bytes);
}

/** Numbers of any kind in row-major order and native byte order, copied from the file; undefined for other kinds. */
export function numbersOf(array: NdArray): NumberArray | undefined {
  const { dtype } = array;
  if (!'fiub'.includes(dtype.kind)) return undefined;
  const bytes = rowMajor(array);
  if (dtype.bigEndian) swap(bytes, dtype.itemSize);
  const { buffer } = bytes;
  switch (`${dtype.kind}${dtype.itemSize}`) {
    case 'f8':
      return new Float64Array(buffer);
    case 'f4':
      return new Float32Array(buffer);
    case 'f2':
      return Float32Array.from(new Uint16Array(buffer), float16);
    case 'i8':
      return new BigInt64Array(buffer);
    case 'i4':
      return new Int32Array(buffer);
    case 'i2':
      return new Int16Array(buffer);
    case 'i1':
      return new Int8Array(buffer);
    case 'u8':
      return new BigUint64Array(buffer);
    case 'u4':
      return new Uint32Array(buffer);
    case 'u2':
      return new Uint16Array(buffer);
    case 'b1':
      return bytes.map(byte => (byte === 0 ? 0 : 1));
    default:
      return bytes;
  }
}

/** Elements as values, row by row; undefined for records, dates and raw bytes. Bytes of kind S lose trailing zeros, as in numpy. */
export function elements(array: NdArray): readonly PyValue[] | undefined {
  if (array.objects !== null) return array.objects;
  const { kind } = array.dtype;
  if (kind === 'U') return textElements(array);
  if (kind === 'S') return byteElements(array);
  if (kind === 'c') return complexElements(array);
  const numbers = numbersOf(array);
  if (numbers === undefined) return undefined;
  if (kind === 'b') return Array.from(numbers as Uint8Array, value => value === 1);
  if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array) return Array.from(numbers, toInteger);
  return Array.from(numbers);
}

function textElements(array: NdArray): string[] {
  const bytes = rowMajor(array);
  const { itemSize, bigEndian } = array.dtype;
  if (bigEndian) swap(bytes, 4);
  const codes = new Uint32Array(bytes.buffer);
  const width = itemSize / 4;
  const out: string[] = new Array(arrayLength(array));
  for (let i = 0; i < out.length; i++) {
    let end = (i + 1) * width;
    while (end > i * width && codes[end - 1] === 0) end--;
    let text = '';
    for (let at = i * width; at < end; at++) text += String.fromCodePoint(Math.min(codes[at], 0x10ffff));
    out[i] = text;
  }
  return out;
}

function byteElements(array: NdArray): Uint8Array[] {
  const bytes = rowMajor(array);
  const { itemSize } = array.dtype;
  return Array.from({ length: arrayLength(array) }, (_, i) => {
    let end = (i + 1) * itemSize;
    while (end > i * itemSize && bytes[end - 1] === 0) end--;
    return bytes.subarray(i * itemSize, end);
  });
}

const COMPLEX = new PyGlobal('builtins', 'complex');

function complexElements(array: NdArray): PyObject[] {
  const bytes = rowMajor(array);
  const half = array.dtype.itemSize / 2;
  if (array.dtype.bigEndian) swap(bytes, half);
  const parts = half === 8 ? new Float64Array(bytes.buffer) : new Float32Array(bytes.buffer);
  return Array.from({ length: parts.length / 2 }, (_, i) => new PyObject(COMPLEX, [parts[2 * i], parts[2 * i + 1]]));
}

/** All copies together may be so many times as long as the file that they are made of; small files have more. */
const MOST_COPIES = 64;
const FREE_BYTES = 2 ** 24;

/** Bytes copied so far, by the memory of the file. */
const copied = new WeakMap<ArrayBufferLike, number>();

/** A file can mention one array in a thousand places for a few bytes each, and no limit on the heap counts the copies. */
function countCopy({ buffer }: Uint8Array, length: number): void {
  const total = (copied.get(buffer) ?? 0) + length;
  if (total > Math.max(MOST_COPIES * buffer.byteLength, FREE_BYTES)) {
    throw badFile(`the arrays in ${buffer.byteLength} bytes of the file are used again and again`);
  }
  copied.set(buffer, total);
}

/** A copy of the elements without gaps, row by row, in its own aligned buffer. */
function rowMajor(array: NdArray): Uint8Array<ArrayBuffer> {
  const { shape, strides, bytes } = array;
  const { itemSize } = array.dtype;
  const length = arrayLength(array) * itemSize;
  countCopy(bytes, length);
  if (isContiguous(shape, strides, itemSize)) return new Uint8Array(bytes.subarray(0, length));
  const out = new Uint8Array(length);
  const index = new Int32Array(shape.length);
  for (let to = 0, from = 0; to < length; to += itemSize) {
    for (let byte = 0; byte < itemSize; byte++) out[to + byte] = bytes[from + byte];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

function isContiguous(shape: readonly number[], strides: readonly number[], itemSize: number): boolean {
  for (let axis = shape.length - 1, stride = itemSize; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= shape[axis];
  }
  return true;
}

/** Reverses the bytes of every value in place. */
function swap(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
}

/** The 16 bits of a half float (1 sign, 5 exponent, 10 fraction) as a number. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
