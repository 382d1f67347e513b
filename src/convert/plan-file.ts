/**
 * A plan as a file, so that conversion happens once and every worker opens the result:
 *
 *   0        8 bytes  "MYPLAN" and the version of this layout, 2 digits
 *   8        uint32   length of the JSON
 *   12       JSON     the plan without its arrays, and for each array {type, length}
 *   aligned  arrays   in order, each at a multiple of 8
 *
 * JSON.stringify has no way to write NaN, the infinities and -0: they stand as {"$number": "NaN"}.
 */
import { ServerError } from '../core/errors.js';
import type { StoredArray } from '../kernels/value.js';
import type { ModelPlan } from './plan.js';

const MAGIC = 'MYPLAN01';
const HEADER = 12;

const TYPES = {
  f64: Float64Array,
  f32: Float32Array,
  i64: BigInt64Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;
type StoredType = keyof typeof TYPES;

interface PlanHeader extends Omit<ModelPlan, 'arrays'> {
  readonly arrays: readonly { readonly type: StoredType; readonly length: number }[];
}

export function encodePlan(plan: ModelPlan): Uint8Array {
  const header: PlanHeader = {
    ...plan,
    arrays: plan.arrays.map(array => ({ type: typeOf(array), length: array.length })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header, writeNumber));
  let size = align(HEADER + json.byteLength);
  for (const array of plan.arrays) size = align(size + array.byteLength);
  const out = new Uint8Array(size);
  out.set(new TextEncoder().encode(MAGIC));
  new DataView(out.buffer).setUint32(8, json.byteLength, true);
  out.set(json, HEADER);
  let at = align(HEADER + json.byteLength);
  for (const array of plan.arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at = align(at + array.byteLength);
  }
  return out;
}

/** The arrays are views on `buffer` where its alignment allows, copies otherwise. */
export function decodePlan(buffer: ArrayBufferLike, byteOffset: number, byteLength: number): ModelPlan {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  if (byteLength < HEADER || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) {
    throw new ServerError('INTERNAL', 'a plan in the cache is not of this version; delete the cache folder');
  }
  const length = new DataView(buffer, byteOffset).getUint32(8, true);
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(HEADER, HEADER + length)),
    readNumber,
  ) as PlanHeader;
  let at = align(HEADER + length);
  const arrays = header.arrays.map((array): StoredArray => {
    const type = TYPES[array.type];
    const size = array.length * type.BYTES_PER_ELEMENT;
    const start = byteOffset + at;
    at = align(at + size);
    if (start % type.BYTES_PER_ELEMENT === 0) return new type(buffer as ArrayBuffer, start, array.length);
    return new type(buffer.slice(start, start + size) as ArrayBuffer);
  });
  return { ...header, arrays };
}

function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function typeOf(array: StoredArray): StoredType {
  for (const type of Object.keys(TYPES) as StoredType[]) if (array.constructor === TYPES[type]) return type;
  throw new TypeError(`a plan cannot store a ${array.constructor.name}`);
}

function writeNumber(_key: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return { $number: '-0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}

function readNumber(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && '$number' in value ? Number(value.$number) : value;
}
