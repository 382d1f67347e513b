import { Tensor as OrtTensor } from 'onnxruntime-node';
import type { Datatype, NumericArray } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { bytesAt, bytesColumn, isBytes, type Tensor, type TensorData } from '../core/tensor.js';

const ORT_TYPE = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Datatype, OrtTensor.Type>;
const DATATYPE = new Map<string, Datatype>(
  Object.entries(ORT_TYPE).map(([datatype, type]) => [type, datatype as Datatype]),
);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The protocol's name of one of onnxruntime's types; undefined when it has none. */
export function datatypeOf(ortType: string): Datatype | undefined {
  return DATATYPE.get(ortType);
}

/** A view on the tensor's numbers, or a copy of its texts. Throws INVALID_ARGUMENT for bytes that are no text. */
export function toOrtTensor({ name, datatype, shape, data }: Tensor): OrtTensor {
  if (isBytes(data)) return new OrtTensor('string', textsOf(name, data), shape);
  return new OrtTensor(ORT_TYPE[datatype], data as Float32Array, shape);
}

/** The result's own memory, or its texts as bytes. */
export function dataOf({ type, data }: OrtTensor): TensorData {
  if (type === 'string') return bytesColumn(data as string[]);
  // The protocol's form of FP16 is its 16 bits, whether or not this Node has an array of such numbers.
  if (type === 'float16') return bitsOf(data as Uint16Array);
  return data as NumericArray;
}

function bitsOf({ buffer, byteOffset, length }: Uint16Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}

function textsOf(name: string, column: Extract<TensorData, { offsets: unknown }>): string[] {
  return Array.from({ length: column.offsets.length - 1 }, (_, i) => {
    const bytes = bytesAt(column, i);
    // onnxruntime takes a text up to its first NUL.
    if (bytes.includes(0)) throw badText(name, i, 'has a NUL, which texts of ONNX models cannot have');
    try {
      return utf8.decode(bytes);
    } catch {
      throw badText(name, i, 'is not UTF-8');
    }
  });
}

function badText(name: string, index: number, problem: string): ServerError {
  return new ServerError('INVALID_ARGUMENT', `input '${name}': element ${index} ${problem}`);
}
