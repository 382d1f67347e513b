import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileDescriptor } from '../../src/grpc/descriptors.js';
import { healthFile } from '../../src/grpc/health-schema.js';
import { inferenceFile } from '../../src/grpc/inference-schema.js';
import { reflectionFiles } from '../../src/grpc/reflection-schema.js';
import { repositoryFile } from '../../src/grpc/repository-schema.js';
import type { EnumType, Field, MessageType, ProtoFile } from '../../src/grpc/schema.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = [inferenceFile, repositoryFile, healthFile, ...reflectionFiles];

/** A table in the language of .proto files. */
function protoText(file: ProtoFile): string {
  const { name, methods } = file.service;
  const calls = Object.entries(methods).map(([method, { request, response, stream }]) => {
    const [asks, answers] = [stream === 'both' ? 'stream ' : '', stream === undefined ? '' : 'stream '];
    return `rpc ${method}(${asks}${request.name}) returns (${answers}${response.name});`;
  });
  return `syntax = "proto3"; package ${file.package}; service ${name} { ${calls.join(' ')} } ${typesIn('', file)}`;
}

function typesIn(parent: string, file: ProtoFile): string {
  const isHere = ({ name }: MessageType | EnumType) => name.slice(0, Math.max(0, name.lastIndexOf('.'))) === parent;
  const messages = file.messages.filter(isHere).map(type => messageText(type, file));
  return [...messages, ...file.enums.filter(isHere).map(enumText)].join(' ');
}

function messageText({ name, fields }: MessageType, file: ProtoFile): string {
  let text = '';
  let open: string | undefined;
  for (const [field, description] of Object.entries(fields)) {
    const { oneof } = description;
    if (oneof !== open && open !== undefined) text += '} ';
    if (oneof !== open && oneof !== undefined) text += `oneof ${oneof} { `;
    open = oneof;
    text += `${typeText(description)} ${field} = ${description.number}; `;
  }
  if (open !== undefined) text += '} ';
  return `message ${simple(name)} { ${text}${typesIn(name, file)} }`;
}

function typeText({ type, label }: Field): string {
  const name = typeof type === 'string' ? type : simple(type.name);
  if (label === 'map') return `map<string, ${name}>`;
  return label === 'many' ? `repeated ${name}` : name;
}

function enumText({ name, values }: EnumType): string {
  const lines = Object.entries(values).map(([value, number]) => `${value} = ${number};`);
  return `enum ${simple(name)} { ${lines.join(' ')} }`;
}

function simple(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function tokens(text: string): string[] {
  return text.replaceAll(/\/\/.*$/gm, '').match(/[\w.]+|[^\s\w]/g) ?? [];
}

describe('tables of messages', () => {
  for (const file of FILES) {
    it(`agree with proto/${file.path}`, () => {
      const text = readFileSync(`${ROOT}src/grpc/proto/${file.path}`, 'utf8');
      assert.deepEqual(tokens(text), tokens(protoText(file)));
    });

    // The fixtures: protoc -I src/grpc/proto --descriptor_set_out=SET FILE, and of SET its only FileDescriptorProto.
    it(`make the descriptor that protoc makes of ${file.path}`, () => {
      const fixture = file.path.replaceAll('/', '_').replace('.proto', '.bin');
      const expected = readFileSync(`${ROOT}test/fixtures/descriptors/${fixture}`);
      assert.deepEqual(Buffer.from(fileDescriptor(file)), expected);
    });
  }
});
