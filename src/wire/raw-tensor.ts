/*
 * A tensor's values as bytes: row by row, little-endian, without gaps. BOOL takes one byte, FP16 two; each element of BYTES is
 * its length in four bytes, then its bytes.
 */

import { badInput, badValue } from '../core/bad-input.js';
import { copyBytes } from '../core/copy-bytes.js';
import { arrayView, type Datatype, elementSize } from '../core/datatype.js';
import { type BytesColumn, isBytes, type TensorData } from '../core/tensor.js';

const LENGTH_BYTES = 4;

/**
 * The values of a tensor; numbers are a view on `bytes` where these lie aligned. Throws INVALID_ARGUMENT for what cannot be
 * values of `datatype`; whether there are as many as the shape says is for the caller to check. `name` is the input's,
 * for messages.
 */
export function readRaw(datatype: Datatype, bytes: Buffer, name: string): TensorData {
  if (datatype === 'BYTES') return readColumn(bytes, name);
  const size = elementSize(datatype);
  const count = bytes.byteLength / size;
  if (!Number.isInteger(count)) {
    throw badInput(name, `${bytes.byteLength} bytes are no whole number of ${datatype} values of ${size} bytes`);
  }
  if (datatype === 'BOOL') checkTruth(bytes, name);
  if (bytes.byteOffset % size === 0) return arrayView(datatype, bytes.buffer, bytes.byteOffset, count);
  return arrayView(datatype, new Uint8Array(bytes).buffer, 0, count);
}

function readColumn(bytes: Buffer, name: string): BytesColumn {
  const count = countElements(bytes, name);
  const offsets = new Uint32Array(count + 1);
  const joined = new Uint8Array(bytes.byteLength - count * LENGTH_BYTES);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + LENGTH_BYTES;
    at = start + bytes.readUInt32LE(at);
    offsets[i + 1] = copyBytes(bytes, start, at, joined, offsets[i]);
  }
  return { offsets, bytes: joined };
}

function countElements(bytes: Buffer, name: string): number {
  const end = bytes.byteLength;
  let count = 0;
  for (let at = 0; at < end; count++) {
    if (end - at < LENGTH_BYTES)
      throw badInput(name, `element ${count}: a length of 4 bytes is expected, ${end - at} are left`);
    const length = bytes.readUInt32LE(at);
    at += LENGTH_BYTES;
    if (length > end - at)
      throw badInput(name, `element ${count}: ${length} bytes are announced, ${end - at} are left`);
    at += length;
  }
  return count;
}

function checkTruth(bytes: Uint8Array, name: string): void {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 1) throw badValue(name, 'BOOL', i, String(bytes[i]));
}

/** Writes values to the beginning of `target`, which must have room for `rawLength` bytes. */
export function putRaw(target: Buffer, data: TensorData): void {
  if (!isBytes(data)) {
    target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  const { offsets, bytes } = data;
  const count = offsets.length - 1;
  let at = 0;
  for (let i = 0; i < count; i++) {
    at = target.writeUInt32LE(offsets[i + 1] - offsets[i], at);
    target.set(bytes.subarray(offsets[i], offsets[i + 1]), at);
    at += offsets[i + 1] - offsets[i];
  }
}

/** Bytes that `putRaw` writes. */
export function rawLength(data: TensorData): number {
  if (!isBytes(data)) return data.byteLength;
  const { offsets } = data;
  const count = offsets.length - 1;
  return offsets[count] - offsets[0] + count * LENGTH_BYTES;
}
