/* Messages by their tables: for everything but the tensors of ModelInfer, which infer-request.ts and infer-response.ts handle. */
import { ProtoReader, WIRE } from '../formats/proto-reader.js';
import { ProtoWriter } from '../formats/proto-writer.js';
import type { Draft, Field, FieldType, MessageType, ScalarType, Values } from './schema.js';

const MAP_KEY = 1;
const MAP_VALUE = 2;

/** Throws INVALID_ARGUMENT naming the message. Unknown fields are passed over. */
export function decode<M extends MessageType>(type: M, bytes: Uint8Array): Values<M> {
  return readMessage(new ProtoReader(bytes, type.name), type) as Values<M>;
}

export function encode<M extends MessageType>(type: M, draft: Draft<M>): Buffer {
  const writer = new ProtoWriter();
  writeMessage(writer, type, draft as Record<string, unknown>);
  return writer.finish();
}

type Message = Record<string, unknown>;

function readMessage(reader: ProtoReader, type: MessageType): Message {
  const values: Message = {};
  for (const [name, field] of Object.entries(type.fields)) values[name] = absent(field);
  while (reader.next()) {
    const name = type.fieldNames.get(reader.field);
    if (name === undefined) reader.skip();
    else readField(reader, type, name, values);
  }
  return values;
}

function absent({ label, type }: Field): unknown {
  if (label === 'many') return [];
  if (label === 'map') return new Map();
  if (label === 'choice' || isMessage(type)) return undefined;
  return typeof type === 'string' ? ZERO[type] : 0;
}

const ZERO: Record<ScalarType, unknown> = {
  bool: false,
  int32: 0,
  uint32: 0,
  int64: 0,
  uint64: 0,
  float: 0,
  double: 0,
  string: '',
  bytes: Buffer.alloc(0),
};

function readField(reader: ProtoReader, message: MessageType, name: string, values: Message): void {
  const field = message.fields[name];
  const { type, label } = field;
  if (label === 'map') return readEntry(reader, type, values[name] as Map<string, unknown>);
  if (label === 'many') {
    const list = values[name] as unknown[];
    const wireType = typeof type === 'string' ? WIRE_TYPE[type] : isMessage(type) ? WIRE.bytes : WIRE.varint;
    if (wireType === WIRE.bytes) return void list.push(readItem(reader, type));
    const outer = reader.enterRepeated(wireType);
    while (reader.more) list.push(readItem(reader, type));
    return reader.leave(outer);
  }
  if (label === 'choice') {
    for (const [other, { oneof }] of Object.entries(message.fields))
      if (oneof === field.oneof) values[other] = undefined;
  }
  values[name] = readItem(reader, type);
}

function readEntry(reader: ProtoReader, type: FieldType, entries: Map<string, unknown>): void {
  const outer = reader.enter();
  let key = '';
  let value = absent({ number: MAP_VALUE, type, label: 'one' }) ?? {};
  while (reader.next()) {
    if (reader.field === MAP_KEY) key = reader.text();
    else if (reader.field === MAP_VALUE) value = readItem(reader, type)!;
    else reader.skip();
  }
  reader.leave(outer);
  entries.set(key, value);
}

function readItem(reader: ProtoReader, type: FieldType): unknown {
  if (typeof type === 'string') return readScalar(reader, type);
  if (!isMessage(type)) return reader.int32();
  const outer = reader.enter();
  const values = readMessage(reader, type);
  reader.leave(outer);
  return values;
}

const WIRE_TYPE: Record<ScalarType, number> = {
  bool: WIRE.varint,
  int32: WIRE.varint,
  uint32: WIRE.varint,
  int64: WIRE.varint,
  uint64: WIRE.varint,
  float: WIRE.fixed32,
  double: WIRE.fixed64,
  string: WIRE.bytes,
  bytes: WIRE.bytes,
};

function readScalar(reader: ProtoReader, type: ScalarType): unknown {
  switch (type) {
    case 'bool':
      return reader.bool();
    case 'int32':
      return reader.int32();
    case 'uint32':
      return reader.uint32();
    case 'int64':
      return numberIfSafe(reader.int64());
    case 'uint64':
      return numberIfSafe(reader.uint64());
    case 'float':
      return reader.float();
    case 'double':
      return reader.double();
    case 'string':
      return reader.text();
    case 'bytes':
      return reader.view();
    default:
      return type satisfies never;
  }
}

function numberIfSafe(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function writeMessage(writer: ProtoWriter, type: MessageType, draft: Message): void {
  for (const [name, { number, type: item, label }] of Object.entries(type.fields)) {
    const value = draft[name];
    if (value === undefined) continue;
    if (label === 'map') {
      for (const [key, entry] of value as ReadonlyMap<string, unknown>) {
        const start = writer.begin(number);
        writer.text(MAP_KEY, key);
        writeItem(writer, MAP_VALUE, item, entry);
        writer.end(start);
      }
    } else if (label === 'many') {
      writeList(writer, number, item, value as readonly unknown[]);
    } else if (label === 'choice' || !isZero(value)) {
      writeItem(writer, number, item, value);
    }
  }
}

/** Numbers are packed, as protobuf's third version has it. */
function writeList(writer: ProtoWriter, number: number, type: FieldType, items: readonly unknown[]): void {
  if (items.length === 0) return;
  const packed = typeof type === 'string' && PACKED[type];
  if (packed) packed(writer, number, items as never);
  else for (const item of items) writeItem(writer, number, type, item);
}

const PACKED: Partial<Record<ScalarType, (writer: ProtoWriter, number: number, items: never) => void>> = {
  bool: (writer, number, items: boolean[]) => writer.packedBytes(number, Uint8Array.from(items, Number)),
  int32: (writer, number, items: number[]) => writer.packedIntegers(number, Int32Array.from(items)),
  uint32: (writer, number, items: number[]) => writer.packedIntegers(number, Uint32Array.from(items)),
  int64: (writer, number, items: (number | bigint)[]) =>
    writer.packedBigints(
      number,
      BigInt64Array.from(items, item => BigInt(item)),
    ),
  uint64: (writer, number, items: (number | bigint)[]) =>
    writer.packedBigints(
      number,
      BigUint64Array.from(items, item => BigInt(item)),
    ),
  float: (writer, number, items: number[]) => writer.packedBytes(number, Float32Array.from(items)),
  double: (writer, number, items: number[]) => writer.packedBytes(number, Float64Array.from(items)),
};

function writeItem(writer: ProtoWriter, number: number, type: FieldType, value: unknown): void {
  if (typeof type === 'string') return writeScalar(writer, number, type, value);
  if (!isMessage(type)) return writer.int(number, value as number);
  const start = writer.begin(number);
  writeMessage(writer, type, value as Message);
  writer.end(start);
}

function writeScalar(writer: ProtoWriter, number: number, type: ScalarType, value: unknown): void {
  switch (type) {
    case 'bool':
      return writer.bool(number, value as boolean);
    case 'int32':
    case 'uint32':
    case 'int64':
    case 'uint64':
      return typeof value === 'bigint' ? writer.bigint(number, value) : writer.int(number, value as number);
    case 'float':
      return writer.float(number, value as number);
    case 'double':
      return writer.double(number, value as number);
    case 'string':
      return writer.text(number, value as string);
    case 'bytes':
      return writer.bytes(number, value as Uint8Array);
    default:
      return type satisfies never;
  }
}

/** Protobuf leaves defaults out. */
function isZero(value: unknown): boolean {
  return (
    value === false ||
    value === 0 ||
    value === 0n ||
    value === '' ||
    (value instanceof Uint8Array && value.length === 0)
  );
}

function isMessage(type: FieldType): type is MessageType {
  return typeof type === 'object' && 'fields' in type;
}
