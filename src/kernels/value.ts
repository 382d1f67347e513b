/** What flows between the steps of a plan: dense arrays, or columns of text. */
export type ElementType = 'f64' | 'f32' | 'i64' | 'i32' | 'u8' | 'bool' | 'str';

export interface ElementArray {
  f64: Float64Array;
  f32: Float32Array;
  i64: BigInt64Array;
  i32: Int32Array;
  u8: Uint8Array;
  bool: Uint8Array;
  /** null is a missing text. */
  str: readonly (string | null)[];
}

/** One array, row-major; `shape[0]` is the number of rows unless the value is a constant. */
export interface Value<T extends ElementType = ElementType> {
  readonly type: T;
  readonly shape: readonly number[];
  readonly data: ElementArray[T];
}

/** A typed array that a plan file can hold. */
export type StoredArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

/** Columns of a [rows, columns] value; 1 for a [rows] vector. */
export function columnsOf(value: { readonly shape: readonly number[] }): number {
  let columns = 1;
  for (let i = 1; i < value.shape.length; i++) columns *= value.shape[i];
  return columns;
}
