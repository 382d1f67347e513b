/**
 * Tables as protobuf's descriptors of itself (`google.protobuf.FileDescriptorProto`), which reflection hands out. Field numbers:
 *   FileDescriptorProto     1 name, 2 package, 4 message_type, 5 enum_type, 6 service, 12 syntax
 *   DescriptorProto         1 name, 2 field, 3 nested_type, 4 enum_type, 7 options {7 map_entry}, 8 oneof_decl
 *   FieldDescriptorProto    1 name, 3 number, 4 label, 5 type, 6 type_name, 9 oneof_index, 10 json_name
 *   OneofDescriptorProto    1 name
 *   EnumDescriptorProto     1 name, 2 value {1 name, 2 number}
 *   ServiceDescriptorProto  1 name, 2 method {1 name, 2 input_type, 3 output_type, 5 client_streaming, 6 server_streaming}
 */
import { ProtoWriter } from '../formats/proto-writer.js';
import type { EnumType, Field, FieldType, MessageType, ProtoFile, ScalarType } from './schema.js';

const LABEL_OPTIONAL = 1;
const LABEL_REPEATED = 3;

const SCALAR_TYPE: Record<ScalarType, number> = {
  double: 1,
  float: 2,
  int64: 3,
  uint64: 4,
  int32: 5,
  bool: 8,
  string: 9,
  bytes: 12,
  uint32: 13,
};
const MESSAGE_TYPE = 11;
const ENUM_TYPE = 14;

export function fileDescriptor(file: ProtoFile): Uint8Array {
  const writer = new ProtoWriter();
  writer.text(1, file.path);
  writer.text(2, file.package);
  for (const type of childrenOf('', file.messages)) writer.message(4, body => writeMessageType(body, type, file));
  for (const type of childrenOf('', file.enums)) writer.message(5, body => writeEnumType(body, type));
  writer.message(6, body => writeService(body, file));
  writer.text(12, 'proto3');
  return writer.finish();
}

/** Types nested directly in the message of that name; '' for those of the file. */
function childrenOf<T extends { readonly name: string }>(parent: string, types: readonly T[]): T[] {
  return types.filter(({ name }) => parentOf(name) === parent);
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('.')));
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function writeMessageType(writer: ProtoWriter, { name, fields }: MessageType, file: ProtoFile): void {
  const entries = Object.entries(fields);
  const oneofs = [...new Set(entries.flatMap(([, { oneof }]) => oneof ?? []))];
  writer.text(1, simpleName(name));
  for (const [fieldName, field] of entries) {
    const type = field.label === 'map' ? `${name}.${entryName(fieldName)}` : undefined;
    const oneof = field.oneof === undefined ? undefined : oneofs.indexOf(field.oneof);
    writer.message(2, body => writeField(body, fieldName, field, file, type, oneof));
  }
  for (const [fieldName, { label, type }] of entries) {
    if (label === 'map') writer.message(3, body => writeEntry(body, fieldName, type, file));
  }
  for (const type of childrenOf(name, file.messages)) writer.message(3, body => writeMessageType(body, type, file));
  for (const type of childrenOf(name, file.enums)) writer.message(4, body => writeEnumType(body, type));
  for (const oneof of oneofs) writer.message(8, body => body.text(1, oneof));
}

/** The message that a map is a list of: protobuf prescribes its name and fields. */
function writeEntry(writer: ProtoWriter, fieldName: string, type: FieldType, file: ProtoFile): void {
  writer.text(1, entryName(fieldName));
  writer.message(2, body => writeField(body, 'key', { number: 1, type: 'string', label: 'one' }, file));
  writer.message(2, body => writeField(body, 'value', { number: 2, type, label: 'one' }, file));
  writer.message(7, options => options.bool(7, true));
}

/** parameters -> ParametersEntry */
function entryName(fieldName: string): string {
  const words = fieldName.split('_').map(word => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Entry`;
}

/** parameter_choice -> parameterChoice */
function jsonName(fieldName: string): string {
  return fieldName.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function writeField(
  writer: ProtoWriter,
  name: string,
  { number, type, label }: Field,
  file: ProtoFile,
  entryType?: string,
  oneof?: number,
): void {
  writer.text(1, name);
  writer.int(3, number);
  writer.int(4, label === 'many' || label === 'map' ? LABEL_REPEATED : LABEL_OPTIONAL);
  if (entryType !== undefined) {
    writer.int(5, MESSAGE_TYPE);
    writer.text(6, `.${file.package}.${entryType}`);
  } else if (typeof type === 'string') {
    writer.int(5, SCALAR_TYPE[type]);
  } else {
    writer.int(5, 'fields' in type ? MESSAGE_TYPE : ENUM_TYPE);
    writer.text(6, `.${file.package}.${type.name}`);
  }
  if (oneof !== undefined) writer.int(9, oneof);
  writer.text(10, jsonName(name));
}

function writeEnumType(writer: ProtoWriter, { name, values }: EnumType): void {
  writer.text(1, simpleName(name));
  for (const [value, number] of Object.entries(values)) {
    writer.message(2, body => {
      body.text(1, value);
      body.int(2, number);
    });
  }
}

function writeService(writer: ProtoWriter, file: ProtoFile): void {
  const { name, methods } = file.service;
  writer.text(1, name);
  for (const [method, { request, response, stream }] of Object.entries(methods)) {
    writer.message(2, body => {
      body.text(1, method);
      body.text(2, `.${file.package}.${request.name}`);
      body.text(3, `.${file.package}.${response.name}`);
      if (stream === 'both') body.bool(5, true);
      if (stream !== undefined) body.bool(6, true);
    });
  }
}
