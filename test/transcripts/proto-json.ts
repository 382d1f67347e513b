import type { Draft, Field, FieldType, MessageType, Values } from '../../src/grpc/schema.js';

/** Messages as protobuf's JSON has them, under the names of the .proto files: 64-bit integers as text, bytes in base64. */
type Json = Record<string, unknown>;

export function fromProtoJson<M extends MessageType>(type: M, json: Json): Draft<M> {
  const draft: Json = {};
  for (const [name, value] of Object.entries(json)) {
    const field = type.fields[name];
    if (field === undefined) throw new Error(`${type.name} has no field ${name}`);
    draft[name] = readField(field, value);
  }
  return draft as Draft<M>;
}

function readField({ label, type }: Field, value: unknown): unknown {
  if (label === 'many') return (value as unknown[]).map(item => readItem(type, item));
  if (label === 'map') return new Map(Object.entries(value as Json).map(([key, item]) => [key, readItem(type, item)]));
  return readItem(type, value);
}

function readItem(type: FieldType, value: unknown): unknown {
  if (type === 'int64' || type === 'uint64') return BigInt(value as string);
  if (type === 'bytes') return Buffer.from(value as string, 'base64');
  return typeof type === 'object' && 'fields' in type ? fromProtoJson(type, value as Json) : value;
}

/** Defaults are left out. */
export function toProtoJson<M extends MessageType>(type: M, values: Values<M>): Json {
  const json: Json = {};
  for (const [name, field] of Object.entries(type.fields)) {
    const value = writeField(field, (values as Json)[name]);
    if (value !== undefined) json[name] = value;
  }
  return json;
}

function writeField({ label, type }: Field, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (label === 'many') {
    const items = value as readonly unknown[];
    return items.length === 0 ? undefined : items.map(item => writeItem(type, item));
  }
  if (label === 'map') {
    const entries = value as ReadonlyMap<string, unknown>;
    if (entries.size === 0) return undefined;
    return Object.fromEntries([...entries].map(([key, item]) => [key, writeItem(type, item)]));
  }
  const isDefault = value === '' || value === 0 || value === false;
  return label === 'one' && isDefault ? undefined : writeItem(type, value);
}

function writeItem(type: FieldType, value: unknown): unknown {
  if (type === 'int64' || type === 'uint64') return String(value);
  if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  return typeof type === 'object' && 'fields' in type ? toProtoJson(type, value as never) : value;
}
