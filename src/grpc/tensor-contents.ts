/*
 * InferTensorContents: the values of one tensor as lists of protobuf's own types. One list holds all values:
 *   1 bool_contents, 2 int_contents (int32), 3 int64_contents, 4 uint_contents (uint32), 5 uint64_contents (all varints),
 *   6 fp32_contents (32 bits), 7 fp64_contents (64 bits), 8 bytes_contents
 * FP16 has no list; such tensors can only be sent raw.
 */

import { badInput, badValue } from '../core/bad-input.js';
import {
  arrayView,
  type Datatype,
  INTEGER_RANGE,
  type NumericArray,
  type NumericDatatype,
  newArray,
} from '../core/datatype.js';
import { type BytesColumn, bytesAt, isBytes, type TensorData } from '../core/tensor.js';
import { type ProtoReader, WIRE } from '../formats/proto-reader.js';
import type { ProtoWriter } from '../formats/proto-writer.js';

interface List {
  readonly name: string;
  /** What its values are before they become those of the tensor's datatype. */
  readonly datatype: Exclude<Datatype, 'FP16'>;
  readonly wireType: number;
}

/** By field number. */
const LISTS: readonly (List | undefined)[] = [
  undefined,
  { name: 'bool_contents', datatype: 'BOOL', wireType: WIRE.varint },
  { name: 'int_contents', datatype: 'INT32', wireType: WIRE.varint },
  { name: 'int64_contents', datatype: 'INT64', wireType: WIRE.varint },
  { name: 'uint_contents', datatype: 'UINT32', wireType: WIRE.varint },
  { name: 'uint64_contents', datatype: 'UINT64', wireType: WIRE.varint },
  { name: 'fp32_contents', datatype: 'FP32', wireType: WIRE.fixed32 },
  { name: 'fp64_contents', datatype: 'FP64', wireType: WIRE.fixed64 },
  { name: 'bytes_contents', datatype: 'BYTES', wireType: WIRE.bytes },
];
const BYTES_FIELD = 8;

export interface Contents {
  readonly list: List;
  readonly data: TensorData;
}

/** The values, in new memory; undefined when there are none. Throws INVALID_ARGUMENT for more than one list. */
export function readContents(reader: ProtoReader): Contents | undefined {
  const outer = reader.enter();
  const start = reader.position;
  let field = 0;
  let count = 0;
  let byteLength = 0;
  while (reader.next()) {
    const list = LISTS[reader.field];
    if (list === undefined) {
      reader.skip();
      continue;
    }
    const inner = list.wireType === WIRE.bytes ? reader.enter() : reader.enterRepeated(list.wireType);
    const values = countValues(reader, list.wireType);
    if (values > 0 && field > 0 && field !== reader.field) {
      throw reader.bad(`the values of a tensor belong into one list, not in ${LISTS[field]!.name} and ${list.name}`);
    }
    if (values > 0) field = reader.field;
    count += values;
    byteLength += reader.left;
    reader.leave(inner);
  }
  let contents: Contents | undefined;
  if (field > 0) {
    const list = LISTS[field]!;
    reader.position = start;
    const data =
      list.datatype === 'BYTES'
        ? readColumn(reader, count, byteLength)
        : readNumbers(reader, field, newArray(list.datatype, count), list);
    contents = { list, data };
  }
  reader.leave(outer);
  return contents;
}

function countValues(reader: ProtoReader, wireType: number): number {
  if (wireType === WIRE.varint) return reader.countVarints();
  if (wireType === WIRE.bytes) return 1;
  const count = reader.left / (wireType === WIRE.fixed32 ? 4 : 8);
  if (!Number.isInteger(count)) throw reader.bad(`${reader.left} bytes are no whole number of values`);
  return count;
}

function readColumn(reader: ProtoReader, count: number, byteLength: number): BytesColumn {
  const offsets = new Uint32Array(count + 1);
  const bytes = new Uint8Array(byteLength);
  let index = 0;
  while (reader.next()) {
    if (reader.field !== BYTES_FIELD) {
      reader.skip();
      continue;
    }
    const inner = reader.enter();
    offsets[index + 1] = reader.copyRest(bytes, offsets[index]);
    index++;
    reader.leave(inner);
  }
  return { offsets, bytes };
}

function readNumbers(reader: ProtoReader, field: number, values: NumericArray, { wireType }: List): NumericArray {
  let index = 0;
  while (reader.next()) {
    if (reader.field !== field) {
      reader.skip();
      continue;
    }
    const inner = reader.enterRepeated(wireType);
    if (wireType !== WIRE.varint) {
      const size = values.BYTES_PER_ELEMENT;
      index = reader.copyRest(arrayView('UINT8', values.buffer, 0, values.byteLength), index * size) / size;
    } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      index = reader.halves(arrayView('UINT32', values.buffer, 0, values.length * 2), index);
    } else if (values instanceof Uint8Array) {
      while (reader.more) values[index++] = reader.bool() ? 1 : 0;
    } else {
      while (reader.more) values[index++] = reader.uint32();
    }
    reader.leave(inner);
  }
  return values;
}

/**
 * The values as those of `datatype`. They may stand in another list than the one meant for it, as long as each of them fits;
 * else INVALID_ARGUMENT. `name` is the input's, for messages.
 */
export function contentsAs(datatype: Datatype, contents: Contents | undefined, name: string): TensorData {
  if (contents === undefined) {
    return datatype === 'BYTES' ? { offsets: new Uint32Array(1), bytes: new Uint8Array() } : newArray(datatype, 0);
  }
  const { list, data } = contents;
  if (datatype === list.datatype) return data;
  if (datatype === 'FP16')
    throw badInput(name, `values of FP16 can only be sent in raw_input_contents, got ${list.name}`);
  if (datatype === 'BYTES') throw badInput(name, `expected bytes_contents (BYTES), got ${list.name}`);
  if (isBytes(data)) throw badInput(name, `expected numbers (${datatype}), got ${list.name}`);
  return convertNumbers(data, datatype, name);
}

function convertNumbers(values: NumericArray, datatype: NumericDatatype, name: string): NumericArray {
  const result = newArray(datatype, values.length);
  const [min, max] = datatype === 'BOOL' ? [0, 1] : (INTEGER_RANGE[datatype] ?? [-Infinity, Infinity]);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (result instanceof Float32Array || result instanceof Float64Array) {
      const number = Number(value);
      result[i] = number;
      if (Number.isFinite(number) && !Number.isFinite(result[i])) throw badValue(name, datatype, i, String(value));
      continue;
    }
    const whole = typeof value === 'bigint' || Number.isInteger(value);
    if (!whole || value < min || value > max) throw badValue(name, datatype, i, String(value));
    if (result instanceof BigInt64Array || result instanceof BigUint64Array) {
      const exact = BigInt(value);
      result[i] = exact;
      if (result[i] !== exact) throw badValue(name, datatype, i, String(value));
    } else {
      result[i] = Number(value);
    }
  }
  return result;
}

/** Writes the body of an InferTensorContents. The tensor must not be FP16. */
export function writeContents(writer: ProtoWriter, data: TensorData, datatype: Datatype): void {
  if (isBytes(data)) {
    const count = data.offsets.length - 1;
    for (let i = 0; i < count; i++) writer.bytes(BYTES_FIELD, bytesAt(data, i));
    return;
  }
  if (data.length === 0) return;
  if (data instanceof BigInt64Array) writer.packedBigints(3, data);
  else if (data instanceof BigUint64Array) writer.packedBigints(5, data);
  else if (data instanceof Float32Array) writer.packedBytes(6, data);
  else if (data instanceof Float64Array) writer.packedBytes(7, data);
  else if (datatype === 'BOOL') writer.packedBytes(1, data);
  else if (datatype.startsWith('U')) writer.packedIntegers(4, data);
  else writer.packedIntegers(2, data);
}
