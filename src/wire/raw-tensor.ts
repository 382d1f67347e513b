/*
 * A tensor's values as bytes: row by row, little-endian, without gaps. BOOL takes one byte, FP16 two; each element of BYTES is
 * its length in four bytes, then its bytes.
 */
import { arrayView, type Datatype, elementSize } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { type BytesColumn, isBytes, type TensorData } from '../core/tensor.js';
import { wrongValue } from '../core/wrong-value.js';

const LENGTH_BYTES = 4;

/**
 * The values of a tensor; numbers are a view on `bytes` where these lie aligned. Throws INVALID_ARGUMENT for what cannot be
 * values of `datatype`; whether there are as many as the shape says is for the caller to check. `what` names the tensor and entry.
 */
export function readRaw(datatype: Datatype, bytes: Buffer, what: string): TensorData {
  if (datatype === 'BYTES') return readColumn(bytes, what);
  const size = elementSize(datatype);
  const count = bytes.byteLength / size;
  if (!Number.isInteger(count)) {
    throw bad(what, `${bytes.byteLength} bytes are no whole number of ${datatype} values of ${size} bytes`);
  }
  if (datatype === 'BOOL') checkTruth(bytes, what);
  if (bytes.byteOffset % size === 0) return arrayView(datatype, bytes.buffer, bytes.byteOffset, count);
  return arrayView(datatype, new Uint8Array(bytes).buffer, 0, count);
}

function readColumn(bytes: Buffer, what: string): BytesColumn {
  const count = countElements(bytes, what);
  const offsets = new Uint32Array(count + 1);
  const joined = new Uint8Array(bytes.byteLength - count * LENGTH_BYTES);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + LENGTH_BYTES;
    at = start + bytes.readUInt32LE(at);
    bytes.copy(joined, offsets[i], start, at);
    offsets[i + 1] = offsets[i] + at - start;
  }
  return { offsets, bytes: joined };
}

function countElements(bytes: Buffer, what: string): number {
  const end = bytes.byteLength;
  let count = 0;
  for (let at = 0; at < end; count++) {
    if (end - at < LENGTH_BYTES)
      throw bad(what, `element ${count}: a length of 4 bytes is expected, ${end - at} are left`);
    const length = bytes.readUInt32LE(at);
    at += LENGTH_BYTES;
    if (length > end - at) throw bad(what, `element ${count}: ${length} bytes are announced, ${end - at} are left`);
    at += length;
  }
  return count;
}

function checkTruth(bytes: Uint8Array, what: string): void {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] > 1) throw wrongValue(what, i, 'BOOL', String(bytes[i]));
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

function bad(what: string, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `${what}: ${problem}`);
}
