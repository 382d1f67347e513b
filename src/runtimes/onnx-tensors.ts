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

keepBitsOfFp16();

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * onnxruntime looks once, with its first tensor, whether there are arrays of 16-bit floats, and keeps FP16 in them. Its binary (1.30)
 * takes such arrays, which Node has from version 24 on, for empty ones; without them it keeps the bits.
 */
function keepBitsOfFp16(): void {
  const scope = globalThis as { Float16Array?: unknown };
  const { Float16Array: floats } = scope;
  if (floats === undefined) return;
  scope.Float16Array = undefined;
  new OrtTensor('float32', new Float32Array(1));
  scope.Float16Array = floats;
}

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
  return data as NumericArray;
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
