import { isAscii, isUtf8 } from 'node:buffer';
import type { Datatype } from '../../core/datatype.js';
import { float16ToNumber } from '../../core/float16.js';
import {
  type BytesColumn,
  bytesAt,
  dataLength,
  isBytes,
  type Parameters,
  sliceData,
  type Tensor,
  type TensorData,
} from '../../core/tensor.js';
import { ORDINARY } from './bytes.js';
import { knownWord } from './words.js';
import { parametersJson, quote } from './writer.js';

/** A copy of an imported constant: the import itself is a load and a check for every byte. */
const ordinary = ORDINARY;

/** Below this many numbers joining strings is faster than JSON.stringify; above it takes up to twice as long. */
const FEW = 8;
/** Numbers given to JSON.stringify at once. */
const CHUNK = 512;
/** Up to this size a double that is a whole number prints as digits only. */
const MAX_DIGITS_ONLY = 1e21;

/** What `outputPieces` puts into one piece: about 4 ms of work. */
const PIECE_VALUES = 8192;
const PIECE_BYTES = 262_144;

const TWO_TO_32 = 2 ** 32;
/** High words of the 64-bit integers that are doubles for certain: from -2^20 up to 2^20, exclusive. */
const SAFE_HIGH = 2 ** 20;

/** One item of `outputs`, its data flat. Bytes that are no UTF-8 go out as base64, and the tensor's content type says so. */
export function outputJson(tensor: Tensor): string {
  const { datatype, data } = tensor;
  const asBase64 = isBytes(data) && !isText(data);
  return `${startJson(tensor, asBase64)}${asBase64 ? base64Json(data) : valuesJson(datatype, data)}]}`;
}

/** The same text piece by piece, so that nothing else has to wait for all of it. */
export function* outputPieces(tensor: Tensor): Generator<string, undefined> {
  const { datatype, data } = tensor;
  const asBase64 = isBytes(data) && !isText(data);
  yield startJson(tensor, asBase64);
  const count = dataLength(data);
  for (let from = 0, to = 0; from < count; from = to) {
    to = pieceEnd(data, from, count);
    const values = sliceData(data, from, to);
    const text = asBase64 ? base64Json(values as BytesColumn) : valuesJson(datatype, values);
    yield from === 0 ? text : `,${text}`;
  }
  yield ']}';
}

/** A piece ends after so many values, and of texts after so many bytes. */
function pieceEnd(data: TensorData, from: number, count: number): number {
  const most = Math.min(from + PIECE_VALUES, count);
  if (!isBytes(data)) return most;
  const { offsets } = data;
  let to = from + 1;
  while (to < most && offsets[to] - offsets[from] < PIECE_BYTES) to++;
  return to;
}

/** An item of `outputs` whose data stand behind the JSON. */
export function binaryOutputJson({ name, datatype, shape, parameters }: Tensor, byteLength: number): string {
  return `${headJson(name, datatype, shape, { ...parameters, binary_data_size: byteLength })}}`;
}

/** Up to the data. */
function startJson({ name, datatype, shape, parameters }: Tensor, asBase64: boolean): string {
  const told = asBase64 ? { ...parameters, content_type: 'base64' } : parameters;
  return `${headJson(name, datatype, shape, told)},"data":[`;
}

/** All but the data, without the closing brace. */
function headJson(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  parameters: Parameters | undefined,
): string {
  const described = parameters === undefined ? '' : `,"parameters":${parametersJson(parameters)}`;
  return `{"name":${quote(name)},"shape":[${shapeJson(shape)}],"datatype":"${datatype}"${described}`;
}

function shapeJson(shape: readonly number[]): string {
  let text = '';
  for (let i = 0; i < shape.length; i++) text += (i > 0 ? ',' : '') + shape[i];
  return text;
}

function valuesJson(datatype: Datatype, data: TensorData): string {
  switch (datatype) {
    case 'BOOL':
      return boolsJson(data as Uint8Array);
    case 'FP16':
      return floatsJson(Float64Array.from(data as Uint16Array, float16ToNumber));
    case 'FP32':
    case 'FP64':
      return floatsJson(data as Float32Array | Float64Array);
    case 'INT64':
    case 'UINT64':
      return wideIntegersJson(data as BigInt64Array | BigUint64Array);
    case 'BYTES':
      return textsJson(data as BytesColumn);
    default:
      return integersJson(data as Int32Array);
  }
}

function boolsJson(values: Uint8Array): string {
  let text = '';
  for (let i = 0; i < values.length; i++) text += (i > 0 ? ',' : '') + (values[i] !== 0);
  return text;
}

function integersJson(values: Int32Array): string {
  let text = '';
  for (let i = 0; i < values.length; i++) text += (i > 0 ? ',' : '') + values[i];
  return text;
}

/** Reads the two halves of each integer, low half first: making a BigInt of it costs more than printing it. */
function wideIntegersJson(values: BigInt64Array | BigUint64Array): string {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const safeFrom = values instanceof BigInt64Array ? -SAFE_HIGH : 0;
  let text = '';
  for (let i = 0; i < values.length; i++) {
    const low = words[2 * i];
    const high = words[2 * i + 1];
    const value = high >= safeFrom && high < SAFE_HIGH ? high * TWO_TO_32 + (low >>> 0) : values[i];
    text += (i > 0 ? ',' : '') + value;
  }
  return text;
}

/**
 * JSON.stringify writes a list of doubles at once, in half the time of one after the other, and NaN and infinities as null.
 * But it writes 1 for 1.0, so that it gets the chunks without whole numbers only.
 */
function floatsJson(values: Float32Array | Float64Array): string {
  if (values.length <= FEW) return floatsOneByOne(values, 0, values.length);
  let text = '';
  for (let start = 0; start < values.length; start += CHUNK) {
    const end = Math.min(start + CHUNK, values.length);
    if (start > 0) text += ',';
    if (hasWhole(values, start, end)) text += floatsOneByOne(values, start, end);
    else text += fractionsJson(values, start, end);
  }
  return text;
}

function hasWhole(values: Float32Array | Float64Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (values[i] === Math.floor(values[i])) return true;
  return false;
}

function fractionsJson(values: Float32Array | Float64Array, start: number, end: number): string {
  const list: number[] = [];
  for (let i = start; i < end; i++) list.push(values[i]);
  return JSON.stringify(list).slice(1, -1);
}

function floatsOneByOne(values: Float32Array | Float64Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += (i > start ? ',' : '') + floatJson(values[i]);
  return text;
}

/** A number that every reader takes for a float: `1.0`, `0.1`, `1e+21`; null for NaN and the infinities. */
function floatJson(value: number): string {
  if (value !== Math.floor(value)) return Number.isNaN(value) ? 'null' : `${value}`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Math.abs(value) < MAX_DIGITS_ONLY) return `${value}.0`;
  return Number.isFinite(value) ? `${value}` : 'null';
}

function textsJson(column: BytesColumn): string {
  const { offsets } = column;
  const bytes = asBuffer(column.bytes);
  let text = '';
  for (let i = 0; i + 1 < offsets.length; i++) text += (i > 0 ? ',' : '') + textJson(bytes, offsets[i], offsets[i + 1]);
  return text;
}

/** Labels of classes come again and again: see knownWord. */
function textJson(bytes: Buffer, start: number, end: number): string {
  for (let pos = start; pos < end; pos++) {
    if (ordinary[bytes[pos]] !== 1) return JSON.stringify(bytes.toString('utf8', start, end));
  }
  return `"${knownWord(bytes, start, end)}"`;
}

function base64Json(column: BytesColumn): string {
  let text = '';
  for (let i = 0; i < dataLength(column); i++) {
    text += `${i > 0 ? ',' : ''}"${asBuffer(bytesAt(column, i)).toString('base64')}"`;
  }
  return text;
}

/** Whether each element is valid UTF-8 by itself: all together are, and none begins within a character. */
function isText({ offsets, bytes }: BytesColumn): boolean {
  const end = offsets[offsets.length - 1];
  const whole = bytes.subarray(offsets[0], end);
  if (isAscii(whole)) return true;
  if (!isUtf8(whole)) return false;
  for (const offset of offsets) if (offset < end && (bytes[offset] & 0xc0) === 0x80) return false;
  return true;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
