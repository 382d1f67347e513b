import type { OnnxAttributeValue } from '../../formats/onnx-write.js';
import type { ElementType, Value } from '../value.js';

export type Attributes = Readonly<Record<string, OnnxAttributeValue>>;

/** One ONNX operation in TypeScript. `type` is the element type of its result. Inputs are never written to or given back. */
export type Operation = (inputs: readonly Value[], type: ElementType, attributes: Attributes) => Value;

/** Arrays whose elements are numbers: every type but text and 64-bit integers. */
export type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

export function numbersOf(value: Value): Numbers {
  return value.data as Numbers;
}

export function newNumbers(type: ElementType, length: number): Numbers {
  if (type === 'f64') return new Float64Array(length);
  if (type === 'f32') return new Float32Array(length);
  return type === 'i32' ? new Int32Array(length) : new Uint8Array(length);
}

export function resultOf(type: ElementType, shape: readonly number[], data: Numbers): Value {
  return { type, shape, data } as Value;
}

/** Whole numbers of a constant such as axes. */
export function integersOf(value: Value): number[] {
  return Array.from(value.data as BigInt64Array, Number);
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** How many times an axis is walked, its length, and how far its elements lie apart. */
export function aroundAxis(shape: readonly number[], axis: number): { outer: number; length: number; inner: number } {
  const at = axis < 0 ? axis + shape.length : axis;
  return { outer: sizeOf(shape.slice(0, at)), length: shape[at], inner: sizeOf(shape.slice(at + 1)) };
}
