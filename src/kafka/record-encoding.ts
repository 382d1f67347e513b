import type { HeaderValue, KafkaHeaders } from './driver.js';

export interface RecordToEncode {
  /** Its place in its batch. */
  readonly offsetDelta?: number;
  /** Milliseconds since the batch's first record. */
  readonly timestampDelta?: number;
  readonly key?: HeaderValue | null;
  readonly value?: HeaderValue | null;
  readonly headers?: KafkaHeaders;
}

/** What the library takes for an encoder that has been written. */
export interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** An upper limit of a length's bytes. */
const VARINT = 5;
/** Of the three numbers in front of the key. */
const NUMBERS = 1 + 10 + VARINT;
/** Texts up to this length are written here faster than by a call into Node. */
const SHORT = 64;

/**
 * One record of a batch (message format 2), in one buffer. Numbers are zigzag varints; a length of -1 stands for null.
 *
 *   length | attributes int8 = 0 | timestamp delta | offset delta | key length, key | value length, value | headers
 *   headers: count, and for each: name length, name | value length, value
 */
export function encodeRecord({
  offsetDelta = 0,
  timestampDelta = 0,
  key,
  value,
  headers = {},
}: RecordToEncode): EncodedRecord {
  const names = Object.keys(headers);
  let room = VARINT + NUMBERS + roomFor(key) + roomFor(value) + VARINT;
  let count = 0;
  for (const name of names) {
    const held = headers[name];
    for (const one of Array.isArray(held) ? held : [held]) {
      room += roomFor(name) + roomFor(one);
      count++;
    }
  }
  const buffer = Buffer.allocUnsafe(room);
  // The length stands in front of what it counts: so that is written behind the longest length there is, and the length up to it.
  let at = VARINT;
  buffer[at++] = 0;
  at = writeVarint(buffer, at, timestampDelta);
  at = writeVarint(buffer, at, offsetDelta);
  at = writeField(buffer, at, key);
  at = writeField(buffer, at, value);
  at = writeVarint(buffer, at, count);
  for (const name of names) {
    const held = headers[name];
    for (const one of Array.isArray(held) ? held : [held]) {
      at = writeField(buffer, at, name);
      at = writeField(buffer, at, one);
    }
  }
  const length = at - VARINT;
  const start = VARINT - sizeOfVarint(length);
  writeVarint(buffer, start, length);
  const record = buffer.subarray(start, at);
  return { buf: record, buffer: record };
}

type Field = HeaderValue | null | undefined;

function roomFor(field: Field): number {
  if (field === null || field === undefined) return VARINT;
  if (typeof field !== 'string') return VARINT + field.length;
  // A unit of UTF-16 has three bytes of UTF-8 at the most.
  return VARINT + (field.length <= SHORT ? 3 * field.length : Buffer.byteLength(field));
}

function writeField(buffer: Buffer, at: number, field: Field): number {
  if (field === null || field === undefined) return writeVarint(buffer, at, -1);
  if (typeof field !== 'string') {
    const start = writeVarint(buffer, at, field.length);
    buffer.set(field, start);
    return start + field.length;
  }
  const start = writeVarint(buffer, at, field.length);
  if (field.length <= SHORT && writeAscii(buffer, start, field)) return start + field.length;
  const size = Buffer.byteLength(field);
  const from = writeVarint(buffer, at, size);
  return from + buffer.write(field, from, size, 'utf8');
}

/** False when the text has other characters. */
function writeAscii(buffer: Buffer, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return false;
    buffer[at + i] = unit;
  }
  return true;
}

function writeVarint(buffer: Buffer, at: number, value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let next = at;
  for (; rest > 127; rest = Math.floor(rest / 128)) buffer[next++] = (rest % 128) | 128;
  buffer[next++] = rest;
  return next;
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = 2 * value; rest > 127; rest = Math.floor(rest / 128)) size++;
  return size;
}
