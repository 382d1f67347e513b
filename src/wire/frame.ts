/**
 * The bytes of one batch on their way to a worker, in one ArrayBuffer:
 *
 *   0        uint32  length of the header
 *   4        header  msgpack of FrameHeader
 *   aligned  data    of each tensor in turn, every array at a multiple of 8
 *
 * A BYTES tensor is stored as its offsets (uint32, n + 1, from 0) followed, aligned, by its bytes.
 */
import { Packr } from 'msgpackr';
import { arrayView, type Datatype, elementSize, type NumericDatatype } from '../core/datatype.js';
import type { RequestedOutput, RouteCall } from '../core/protocol.js';
import {
  type BytesColumn,
  dataLength,
  isBytes,
  type Parameters,
  type Tensor,
  type TensorData,
} from '../core/tensor.js';

/** A tensor whose data lie in several places, one part per caller. */
export interface FrameTensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Of all parts together. */
  readonly shape: readonly number[];
  readonly parts: readonly TensorData[];
  readonly parameters?: Parameters;
}

/** What the worker is to do with the data. */
export interface FrameTarget {
  /** `name@version#generation`. */
  readonly model: string;
  readonly outputs?: readonly RequestedOutput[];
  readonly parameters?: Parameters;
  readonly id?: string;
  /** Those of the transport, for models that see them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly route?: RouteCall;
}

interface HeaderTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters?: Parameters;
  readonly elements: number;
  readonly at: number;
  /** Bytes of a BYTES tensor. */
  readonly byteLength: number;
}

interface FrameHeader extends FrameTarget {
  readonly tensors: readonly HeaderTensor[];
}

export interface Frame extends FrameTarget {
  /** Views on the frame's own memory. */
  readonly inputs: readonly Tensor[];
}

const codec = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });
const HEADER_AT = 4;

/** Copies all parts once into a new ArrayBuffer, which the caller owns and may move to a worker. */
export function encodeFrame(target: FrameTarget, tensors: readonly FrameTensor[]): ArrayBuffer {
  // Places of the data are counted from the end of the header, whose length is not known yet.
  const places: HeaderTensor[] = [];
  let end = 0;
  for (const { name, datatype, shape, parts, parameters } of tensors) {
    let elements = 0;
    let byteLength = 0;
    for (const part of parts) {
      elements += dataLength(part);
      if (isBytes(part)) byteLength += part.offsets[part.offsets.length - 1] - part.offsets[0];
    }
    places.push({ name, datatype, shape, parameters, elements, at: end, byteLength });
    const size = datatype === 'BYTES' ? align((elements + 1) * 4) + byteLength : elements * elementSize(datatype);
    end = align(end + size);
  }
  const header: FrameHeader = { ...target, tensors: places };
  const headerBytes = codec.pack(header);
  const base = align(HEADER_AT + headerBytes.byteLength);
  const buffer = new ArrayBuffer(base + end);
  new DataView(buffer).setUint32(0, headerBytes.byteLength, true);
  new Uint8Array(buffer).set(headerBytes, HEADER_AT);
  tensors.forEach((tensor, i) => {
    const at = base + places[i].at;
    if (tensor.datatype === 'BYTES') copyBytes(buffer, at, places[i].elements, tensor.parts as BytesColumn[]);
    else copyNumbers(buffer, at, places[i].elements, tensor.datatype, tensor.parts as Float64Array[]);
  });
  return buffer;
}

/** Reads a frame of ours; the tensors are views on `buffer`. */
export function decodeFrame(buffer: ArrayBuffer): Frame {
  const headerLength = new DataView(buffer).getUint32(0, true);
  const header = codec.unpack(new Uint8Array(buffer, HEADER_AT, headerLength)) as FrameHeader;
  const base = align(HEADER_AT + headerLength);
  const inputs = header.tensors.map((tensor): Tensor => {
    const { name, datatype, shape, parameters, elements } = tensor;
    return {
      name,
      datatype,
      shape,
      parameters,
      data: viewOf(buffer, base + tensor.at, datatype, elements, tensor.byteLength),
    };
  });
  const { model, id, outputs, parameters, headers, route } = header;
  return { model, id, outputs, parameters, headers, route, inputs };
}

/** The model that a frame is for. */
export function frameModel(buffer: ArrayBuffer): string {
  const headerLength = new DataView(buffer).getUint32(0, true);
  return (codec.unpack(new Uint8Array(buffer, HEADER_AT, headerLength)) as FrameHeader).model;
}

/** The next multiple of 8. (Not by bits, of which numbers have 32: a batch may be larger than 2 GiB.) */
export function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function copyNumbers(
  buffer: ArrayBuffer,
  at: number,
  elements: number,
  datatype: NumericDatatype,
  parts: readonly Float64Array[],
): void {
  const target = arrayView(datatype, buffer, at, elements) as Float64Array;
  let index = 0;
  for (const part of parts) {
    target.set(part, index);
    index += part.length;
  }
}

function copyBytes(buffer: ArrayBuffer, at: number, elements: number, parts: readonly BytesColumn[]): void {
  const offsets = new Uint32Array(buffer, at, elements + 1);
  const bytes = new Uint8Array(buffer, at + align(offsets.byteLength));
  let index = 0;
  let length = 0;
  for (const part of parts) {
    const count = part.offsets.length - 1;
    const first = part.offsets[0];
    const last = part.offsets[count];
    bytes.set(part.bytes.subarray(first, last), length);
    for (let i = 0; i < count; i++) offsets[++index] = length + part.offsets[i + 1] - first;
    length += last - first;
  }
}

function viewOf(buffer: ArrayBuffer, at: number, datatype: Datatype, elements: number, byteLength: number): TensorData {
  if (datatype !== 'BYTES') return arrayView(datatype, buffer, at, elements);
  const offsets = new Uint32Array(buffer, at, elements + 1);
  return { offsets, bytes: new Uint8Array(buffer, at + align(offsets.byteLength), byteLength) };
}
