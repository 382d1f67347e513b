/**
 * FlatBuffers, little-endian, as far as reading tables without a schema needs it:
 *
 *   buffer   u32 position of the root table
 *   table    i32 distance back to its vtable, then the fields
 *   vtable   u16 bytes of the vtable, u16 bytes of the table, u16 position in the table for each field (0: absent)
 *   a field that is a table, a vector or text holds the u32 distance ahead to it
 *   vector   u32 count, elements; text is a vector of bytes
 */
import { ServerError } from '../core/errors.js';

/** The root table. Throws INVALID_ARGUMENT, as all reading does, where something lies outside of the bytes. */
export function flatBufferRoot(bytes: Uint8Array, what: string): FlatTable {
  const buffer = new FlatBuffer(bytes, what);
  return new FlatTable(buffer, buffer.ahead(0));
}

/** One table; fields are named by their number in the schema. */
export class FlatTable {
  private readonly vtable: number;
  private readonly fields: number;

  constructor(
    private readonly buffer: FlatBuffer,
    private readonly at: number,
  ) {
    this.vtable = at - buffer.int32(at);
    this.fields = (buffer.uint16(this.vtable) - 4) / 2;
  }

  int8(field: number, absent: number): number {
    const at = this.find(field);
    return at === undefined ? absent : this.buffer.int8(at);
  }

  int32(field: number, absent: number): number {
    const at = this.find(field);
    return at === undefined ? absent : this.buffer.int32(at);
  }

  float64(field: number, absent: number): number {
    const at = this.find(field);
    return at === undefined ? absent : this.buffer.float64(at);
  }

  text(field: number): string {
    const [start, count] = this.contents(field, 1);
    return this.buffer.text(start, count);
  }

  table(field: number): FlatTable | undefined {
    const at = this.find(field);
    return at === undefined ? undefined : new FlatTable(this.buffer, this.buffer.ahead(at));
  }

  tables(field: number): FlatTable[] {
    const [start, count] = this.contents(field, 4);
    return Array.from({ length: count }, (_, i) => new FlatTable(this.buffer, this.buffer.ahead(start + 4 * i)));
  }

  int32s(field: number): Int32Array {
    const [start, count] = this.contents(field, 4);
    return Int32Array.from({ length: count }, (_, i) => this.buffer.int32(start + 4 * i));
  }

  float32s(field: number): Float32Array {
    const [start, count] = this.contents(field, 4);
    return Float32Array.from({ length: count }, (_, i) => this.buffer.float32(start + 4 * i));
  }

  float64s(field: number): Float64Array {
    const [start, count] = this.contents(field, 8);
    return Float64Array.from({ length: count }, (_, i) => this.buffer.float64(start + 8 * i));
  }

  /** Elements of a vector field; 0 when it is absent. */
  count(field: number): number {
    return this.vector(field, 1)[1];
  }

  private find(field: number): number | undefined {
    if (field >= this.fields) return undefined;
    const offset = this.buffer.uint16(this.vtable + 4 + 2 * field);
    return offset === 0 ? undefined : this.at + offset;
  }

  /** As `vector`, for elements that are going to be read. */
  private contents(field: number, size: number): [start: number, count: number] {
    const [start, count] = this.vector(field, size);
    this.buffer.spend(count * size);
    return [start, count];
  }

  /** Where the elements of a vector of `size` bytes each start, and how many there are. */
  private vector(field: number, size: number): [start: number, count: number] {
    const at = this.find(field);
    if (at === undefined) return [0, 0];
    const vector = this.buffer.ahead(at);
    const count = this.buffer.uint32(vector);
    this.buffer.reserve(vector + 4, count * size);
    return [vector + 4, count];
  }
}

class FlatBuffer {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  /** Bytes of the vectors read so far. */
  private spent = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly what: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  int8(at: number): number {
    return this.view.getInt8(this.reserve(at, 1));
  }

  uint16(at: number): number {
    return this.view.getUint16(this.reserve(at, 2), true);
  }

  int32(at: number): number {
    return this.view.getInt32(this.reserve(at, 4), true);
  }

  uint32(at: number): number {
    return this.view.getUint32(this.reserve(at, 4), true);
  }

  float32(at: number): number {
    return this.view.getFloat32(this.reserve(at, 4), true);
  }

  float64(at: number): number {
    return this.view.getFloat64(this.reserve(at, 8), true);
  }

  /** The place that the distance at `at` leads to. */
  ahead(at: number): number {
    return at + this.uint32(at);
  }

  text(at: number, length: number): string {
    try {
      return this.decoder.decode(this.bytes.subarray(at, at + length));
    } catch {
      throw new ServerError('INVALID_ARGUMENT', `${this.what}: text that is not UTF-8 (at byte ${at})`);
    }
  }

  /** Vectors do not overlap, so all together are no longer than the buffer: else a thousand tables could share a large one. */
  spend(bytes: number): void {
    this.spent += bytes;
    if (this.spent <= this.bytes.length) return;
    throw new ServerError('INVALID_ARGUMENT', `${this.what}: vectors lie in the same bytes`);
  }

  /** `at`, if `length` bytes lie there. */
  reserve(at: number, length: number): number {
    if (at >= 0 && at + length <= this.bytes.length) return at;
    const reason = `${length} bytes wanted at ${at} of ${this.bytes.length}`;
    throw new ServerError('INVALID_ARGUMENT', `${this.what}: ${reason}`);
  }
}
