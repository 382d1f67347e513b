/*
 * `map<string, InferParameter>`: each entry is a message {1 key, 2 value}, the value a message with one of
 *   1 bool_param, 2 int64_param, 3 string_param, and - understood, never sent - Triton's 4 double_param, 5 uint64_param.
 */

import type { Parameters, ParameterValue } from '../core/tensor.js';
import type { ProtoReader } from '../formats/proto-reader.js';
import type { ProtoWriter } from '../formats/proto-writer.js';
import type { InferParameter } from './inference-schema.js';
import type { Draft } from './schema.js';

/**
 * Reads one entry. An integer that is no safe integer becomes its decimal digits, so that none of them is lost. A key without a
 * value is left out.
 */
export function readParameter(reader: ProtoReader, parameters: Record<string, ParameterValue>): void {
  const outer = reader.enter();
  let key = '';
  let value: ParameterValue | undefined;
  while (reader.next()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = readValue(reader);
    else reader.skip();
  }
  reader.leave(outer);
  // As a key it would not become a property.
  if (value !== undefined && key !== '__proto__') parameters[key] = value;
}

function readValue(reader: ProtoReader): ParameterValue | undefined {
  const outer = reader.enter();
  let value: ParameterValue | undefined;
  while (reader.next()) {
    if (reader.field === 1) value = reader.bool();
    else if (reader.field === 2) value = integer(reader.int64());
    else if (reader.field === 3) value = reader.text();
    else if (reader.field === 4) value = reader.double();
    else if (reader.field === 5) value = integer(reader.uint64());
    else reader.skip();
  }
  reader.leave(outer);
  return value;
}

function integer(value: bigint): ParameterValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Writes the entries of field `field`. As with MLServer, values that are no boolean, whole number or text are left out. */
export function writeParameters(writer: ProtoWriter, field: number, parameters: Parameters): void {
  for (const key of Object.keys(parameters)) {
    const value = parameters[key];
    if (!canBeSent(value)) continue;
    const entry = writer.begin(field);
    writer.text(1, key);
    const body = writer.begin(2);
    if (typeof value === 'boolean') writer.bool(1, value);
    else if (typeof value === 'number') writer.int(2, value);
    else writer.text(3, value);
    writer.end(body);
    writer.end(entry);
  }
}

/** The same for messages that are written by their table. */
export function parameterMap(parameters: Parameters = {}): Map<string, Draft<typeof InferParameter>> {
  const map = new Map<string, Draft<typeof InferParameter>>();
  for (const [key, value] of Object.entries(parameters)) {
    if (!canBeSent(value)) continue;
    if (typeof value === 'boolean') map.set(key, { bool_param: value });
    else if (typeof value === 'number') map.set(key, { int64_param: value });
    else map.set(key, { string_param: value });
  }
  return map;
}

function canBeSent(value: ParameterValue): value is boolean | number | string {
  return typeof value === 'boolean' || typeof value === 'string' || Number.isSafeInteger(value);
}
