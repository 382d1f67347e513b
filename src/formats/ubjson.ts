/**
 * UBJSON, as XGBoost writes it. Big-endian; every value starts with a marker:
 *
 *   Z N                      null                 T F                     true, false
 *   i int8   U uint8   I int16   l int32   L int64   d float32   D float64
 *   C byte                   one character        S length bytes          UTF-8 text; length is a number with its marker
 *   [ values ]               list                 { (length bytes value)* }  object; keys have no marker
 *   [ # count values         counted list         { # count ...           counted object; neither has a closing bracket
 *   [ $ marker # count raw   array of raw numbers
 */
import { ServerError } from '../core/errors.js';

const MAX_DEPTH = 64;

type NumberArray = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

interface NumberForm {
  /** Bytes of one number. */
  readonly size: number;
  readonly read: (view: DataView, at: number) => number;
  readonly array: new (length: number) => NumberArray;
}

const NUMBERS = new Map<string, NumberForm>([
  ['i', { size: 1, read: (view, at) => view.getInt8(at), array: Int8Array }],
  ['U', { size: 1, read: (view, at) => view.getUint8(at), array: Uint8Array }],
  ['I', { size: 2, read: (view, at) => view.getInt16(at), array: Int16Array }],
  ['l', { size: 4, read: (view, at) => view.getInt32(at), array: Int32Array }],
  ['L', { size: 8, read: (view, at) => Number(view.getBigInt64(at)), array: Float64Array }],
  ['d', { size: 4, read: (view, at) => view.getFloat32(at), array: Float32Array }],
  ['D', { size: 8, read: (view, at) => view.getFloat64(at), array: Float64Array }],
]);

/**
 * The value in the file: null, booleans, numbers, text, lists, objects without a prototype, and typed arrays where the file
 * has arrays of raw numbers (int64 as float64). Throws INVALID_ARGUMENT where the bytes do not hold what they announce.
 */
export function parseUbjson(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(reader.marker(), 0);
  if (reader.left > 0) throw reader.invalid(`${reader.left} bytes after the end of the document`);
  return value;
}

class Reader {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  marker(): string {
    return String.fromCharCode(this.bytes[this.take(1)]);
  }

  value(marker: string, depth: number): unknown {
    switch (marker) {
      case 'Z':
      case 'N':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'C':
        return this.marker();
      case 'S':
        return this.text(this.count(1));
      case '[':
        return this.list(this.deeper(depth));
      case '{':
        return this.object(this.deeper(depth));
      default:
        return this.number(marker);
    }
  }

  invalid(reason: string): ServerError {
    return new ServerError('INVALID_ARGUMENT', `not a UBJSON document: ${reason} (at byte ${this.at})`);
  }

  private list(depth: number): unknown {
    let next = this.marker();
    if (next === '$') return this.rawNumbers();
    const list: unknown[] = [];
    if (next === '#') {
      const count = this.count(1);
      for (let i = 0; i < count; i++) list.push(this.value(this.marker(), depth));
      return list;
    }
    for (; next !== ']'; next = this.marker()) list.push(this.value(next, depth));
    return list;
  }

  private object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = Object.create(null);
    let next = this.marker();
    if (next === '#') {
      const count = this.count(2);
      for (let i = 0; i < count; i++) this.member(object, this.marker(), depth);
      return object;
    }
    for (; next !== '}'; next = this.marker()) this.member(object, next, depth);
    return object;
  }

  private member(object: Record<string, unknown>, lengthMarker: string, depth: number): void {
    const key = this.text(this.countOf(lengthMarker, 1));
    if (Object.hasOwn(object, key)) throw this.invalid(`the key '${key}' stands twice in one object`);
    object[key] = this.value(this.marker(), depth);
  }

  private rawNumbers(): NumberArray {
    const { size, read, array } = this.form(this.marker());
    if (this.marker() !== '#') throw this.invalid('an array of numbers without a count');
    const numbers = new array(this.count(size));
    const from = this.take(numbers.length * size);
    for (let i = 0; i < numbers.length; i++) numbers[i] = read(this.view, from + i * size);
    return numbers;
  }

  private number(marker: string): number {
    const { size, read } = this.form(marker);
    return read(this.view, this.take(size));
  }

  private form(marker: string): NumberForm {
    const form = NUMBERS.get(marker);
    if (form === undefined) throw this.invalid(`the marker '${marker}' is not understood`);
    return form;
  }

  /** How many elements of at least `size` bytes follow; more than the rest of the file can hold is refused. */
  private count(size: number): number {
    return this.countOf(this.marker(), size);
  }

  private countOf(marker: string, size: number): number {
    if (marker === 'd' || marker === 'D') throw this.invalid('a count that is no whole number');
    const count = this.number(marker);
    if (count < 0) throw this.invalid(`a negative count: ${count}`);
    if (count > this.left / size) throw this.invalid(`${count} elements announced, ${this.left} bytes are left`);
    return count;
  }

  private text(length: number): string {
    const from = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(from, from + length));
    } catch {
      throw this.invalid('text that is not UTF-8');
    }
  }

  private deeper(depth: number): number {
    if (depth >= MAX_DEPTH) throw this.invalid(`nested deeper than ${MAX_DEPTH} levels`);
    return depth + 1;
  }

  /** Moves past `length` bytes and returns where they start. */
  private take(length: number): number {
    if (length > this.left) throw this.invalid(`${length} bytes wanted, ${this.left} are left`);
    const from = this.at;
    this.at += length;
    return from;
  }
}
