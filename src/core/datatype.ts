/** The 13 tensor datatypes of the V2 protocol. */
export const DATATYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

export type Datatype = (typeof DATATYPES)[number];
export type NumericDatatype = Exclude<Datatype, 'BYTES'>;

/** One array type per datatype: BOOL is 0 or 1 in a Uint8Array, FP16 the raw 16 bits in a Uint16Array. */
export interface TypedArrayOf {
  BOOL: Uint8Array;
  UINT8: Uint8Array;
  UINT16: Uint16Array;
  UINT32: Uint32Array;
  UINT64: BigUint64Array;
  INT8: Int8Array;
  INT16: Int16Array;
  INT32: Int32Array;
  INT64: BigInt64Array;
  FP16: Uint16Array;
  FP32: Float32Array;
  FP64: Float64Array;
}

export type NumericArray = TypedArrayOf[NumericDatatype];

interface NumericArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): NumericArray;
}

const ARRAYS: Record<NumericDatatype, NumericArrayConstructor> = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
};

/** Inclusive bounds of the integer datatypes that fit a JavaScript number. */
export const INTEGER_RANGE: Partial<Record<Datatype, readonly [min: number, max: number]>> = {
  UINT8: [0, 0xff],
  UINT16: [0, 0xffff],
  UINT32: [0, 0xffffffff],
  INT8: [-0x80, 0x7f],
  INT16: [-0x8000, 0x7fff],
  INT32: [-0x80000000, 0x7fffffff],
};

const KNOWN: ReadonlySet<string> = new Set(DATATYPES);

export function isDatatype(value: unknown): value is Datatype {
  return typeof value === 'string' && KNOWN.has(value);
}

/** Bytes of one element; BYTES has no fixed size. */
export function elementSize(datatype: NumericDatatype): number {
  return ARRAYS[datatype].BYTES_PER_ELEMENT;
}

export function newArray<D extends NumericDatatype>(datatype: D, length: number): TypedArrayOf[D] {
  return new ARRAYS[datatype](length) as TypedArrayOf[D];
}

/** A view on existing bytes; `byteOffset` must be a multiple of the element size. */
export function arrayView<D extends NumericDatatype>(
  datatype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): TypedArrayOf[D] {
  return new ARRAYS[datatype](buffer, byteOffset, length) as TypedArrayOf[D];
}
