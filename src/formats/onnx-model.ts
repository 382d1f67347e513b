import type { Datatype } from '../core/datatype.js';

/** Where a field lies in the file: its key at `start`, the first byte of its message at `body`. */
export interface FieldSpan {
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** An input or output as the graph declares it. */
export interface OnnxValueDeclaration {
  readonly name: string;
  /** As ONNX spells it: 'tensor(float)', 'sequence'. */
  readonly type: string;
  /** Undefined for what the protocol has no datatype for. */
  readonly datatype?: Datatype;
  /** Sizes, or names ('' too) of those that are free; undefined when not even their number is declared. */
  readonly shape?: readonly (number | string)[];
  readonly span: FieldSpan;
}

export interface OnnxModel {
  readonly irVersion: number;
  /** What wrote the file, with its version. */
  readonly producer: string;
  /** By domain ('' is ONNX's own). */
  readonly opsets: ReadonlyMap<string, number>;
  /** What a caller has to give: without inputs that have a value in the file. */
  readonly inputs: readonly OnnxValueDeclaration[];
  readonly outputs: readonly OnnxValueDeclaration[];
  /** How often each operation occurs (`Gemm`, `ai.onnx.ml.ZipMap`), those in graphs of other nodes included. */
  readonly operations: ReadonlyMap<string, number>;
  /** The ZipMap nodes of the main graph. */
  readonly zipMaps: readonly FieldSpan[];
  /** The main graph; protobuf joins the parts when there are several. */
  readonly graphs: readonly FieldSpan[];
}

/** A kind of elements: as ONNX spells it, and the protocol when it has it. */
interface ElementType {
  readonly name: string;
  readonly datatype?: Datatype;
}

/** By ONNX's number. */
export const ELEMENT_TYPES: readonly (ElementType | undefined)[] = [
  undefined,
  { name: 'float', datatype: 'FP32' },
  { name: 'uint8', datatype: 'UINT8' },
  { name: 'int8', datatype: 'INT8' },
  { name: 'uint16', datatype: 'UINT16' },
  { name: 'int16', datatype: 'INT16' },
  { name: 'int32', datatype: 'INT32' },
  { name: 'int64', datatype: 'INT64' },
  { name: 'string', datatype: 'BYTES' },
  { name: 'bool', datatype: 'BOOL' },
  { name: 'float16', datatype: 'FP16' },
  { name: 'double', datatype: 'FP64' },
  { name: 'uint32', datatype: 'UINT32' },
  { name: 'uint64', datatype: 'UINT64' },
  { name: 'complex64' },
  { name: 'complex128' },
  { name: 'bfloat16' },
];

/** Kinds of values that are no dense tensors, by field of TypeProto. */
export const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [4, 'sequence'],
  [5, 'map'],
  [8, 'sparse tensor'],
  [9, 'optional'],
]);

/** protobuf's limit; the format keeps larger weights in other files, which are not read. */
export const MAX_ONNX_BYTES = 2 ** 31 - 1;
