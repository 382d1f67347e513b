import type { OnnxAttributeValue } from '../formats/onnx-write.js';
import type { ElementType, StoredArray } from '../kernels/value.js';
import type {
  ColumnType,
  ModelPlan,
  OutputDatatype,
  PlanAbout,
  PlanInput,
  PlanNode,
  PlanOutput,
  PlanValue,
} from './plan.js';
import { MAX_COLUMNS, tooWide } from './shapes.js';

/** A value in the making: its number in the plan, its type, and its shape (-1 as first dimension: rows). */
export interface Ref {
  readonly id: number;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

export interface KernelCall {
  readonly inputs: readonly Ref[];
  readonly params?: unknown;
  readonly arrays?: Readonly<Record<string, StoredArray>>;
  readonly outputs: readonly PlanValue[];
}

const TYPE_OF_ARRAY: readonly (readonly [new (n: number) => StoredArray, ElementType])[] = [
  [Float64Array, 'f64'],
  [Float32Array, 'f32'],
  [BigInt64Array, 'i64'],
  [Int32Array, 'i32'],
  [Uint8Array, 'u8'],
];

/** Puts a plan together: nodes, the type and shape of each of their values, and arrays, every one of them once. */
export class PlanBuilder {
  private readonly values: PlanValue[] = [];
  private readonly nodes: PlanNode[] = [];
  private readonly arrays: StoredArray[] = [];
  private readonly arrayIndex = new Map<StoredArray, number>();
  private readonly inputRefs = new Map<string, Ref>();
  private readonly scalars = new Map<string, Ref>();

  /** Throws INVALID_ARGUMENT for more columns than any model has: some steps hold a name or a flag for each. */
  constructor(readonly columns: number) {
    if (columns > MAX_COLUMNS) throw tooWide(columns);
  }

  // --- inputs and constants

  /** Columns of the request (by default all) as numbers, [rows, columns]. f32: rounded as numpy's `astype(float32)` does. */
  rows(type: 'f64' | 'f32' = 'f64', columns?: readonly number[]): Ref {
    const some = columns?.length === this.columns && columns.every((column, i) => column === i) ? undefined : columns;
    const shape = [-1, some?.length ?? this.columns];
    return this.inputOnce(`rows:${type}:${some}`, { type, shape }, output => ({ kind: 'rows', columns: some, output }));
  }

  /** One column of the request, [rows]. */
  column(column: number, type: 'f64' | 'str' = 'f64'): Ref {
    return this.inputOnce(`${column}:${type}`, { type, shape: [-1] }, output => ({ kind: 'column', column, output }));
  }

  /** What the steps so far read of each column of the request. */
  columnTypes(): ColumnType[] {
    const types: ColumnType[] = new Array(Math.max(0, this.columns)).fill('unused');
    const mark = (column: number, type: ColumnType) => {
      types[column] = types[column] === 'unused' || types[column] === type ? type : 'any';
    };
    for (const node of this.nodes) {
      if (node.kind === 'rows') for (const column of node.columns ?? types.keys()) mark(column, 'number');
      if (node.kind === 'column') mark(node.column, this.values[node.output].type === 'str' ? 'text' : 'number');
    }
    return types;
  }

  constant(array: StoredArray, shape: readonly number[] = [array.length]): Ref {
    const type = TYPE_OF_ARRAY.find(([type]) => array instanceof type)?.[1];
    if (type === undefined) throw new TypeError(`no value of a plan is a ${array.constructor.name}`);
    const ref = this.value(type, shape);
    this.nodes.push({ kind: 'constant', array: this.store(array), output: ref.id });
    return ref;
  }

  /** A matrix of float64 constants, row by row. */
  matrix(array: Float64Array, rows: number, columns: number): Ref {
    return this.constant(array, [rows, columns]);
  }

  scalar(number: number): Ref {
    return this.scalarOnce(`f64:${Object.is(number, -0) ? '-0' : number}`, () =>
      this.constant(Float64Array.of(number), []),
    );
  }

  ints(...numbers: number[]): Ref {
    return this.scalarOnce(`i64:${numbers}`, () => this.constant(BigInt64Array.from(numbers, BigInt)));
  }

  // --- nodes

  /** A step in TypeScript; `name` is its entry in kernels/catalogue.ts. */
  kernel(name: string, call: KernelCall): Ref[] {
    const outputs = call.outputs.map(output => this.value(output.type, output.shape));
    const arrays: Record<string, number> = {};
    for (const [key, array] of Object.entries(call.arrays ?? {})) arrays[key] = this.store(array);
    this.nodes.push({
      kind: 'kernel',
      kernel: name,
      params: call.params ?? {},
      arrays,
      inputs: call.inputs.map(input => input.id),
      outputs: outputs.map(output => output.id),
    });
    return outputs;
  }

  /** An operation of ONNX with one output. */
  onnx(
    op: string,
    inputs: readonly Ref[],
    output: PlanValue,
    attributes?: Record<string, OnnxAttributeValue>,
    domain?: string,
  ): Ref {
    return this.onnxMany(op, inputs, [output], attributes, domain)[0];
  }

  onnxMany(
    op: string,
    inputs: readonly Ref[],
    outputs: readonly PlanValue[],
    attributes?: Record<string, OnnxAttributeValue>,
    domain?: string,
  ): Ref[] {
    const refs = outputs.map(output => this.value(output.type, output.shape));
    this.nodes.push({
      kind: 'onnx',
      op,
      domain,
      attributes,
      inputs: inputs.map(input => input.id),
      outputs: refs.map(ref => ref.id),
    });
    return refs;
  }

  /** `float32` for requests whose rows are FP32, `otherwise` for all others. Both must have one type and shape. */
  choose(float32: Ref, otherwise: Ref): Ref {
    const ref = this.value(otherwise.type, otherwise.shape);
    this.nodes.push({ kind: 'choose', float32: float32.id, otherwise: otherwise.id, output: ref.id });
    return ref;
  }

  build(about: PlanAbout, input: PlanInput, outputs: readonly PlanOutput[]): ModelPlan {
    return { about, input, values: this.values, nodes: this.nodes, outputs, arrays: this.arrays };
  }

  private value(type: ElementType, shape: readonly number[]): Ref {
    this.values.push({ type, shape });
    return { id: this.values.length - 1, type, shape };
  }

  private store(array: StoredArray): number {
    const known = this.arrayIndex.get(array);
    if (known !== undefined) return known;
    this.arrayIndex.set(array, this.arrays.length);
    return this.arrays.push(array) - 1;
  }

  private inputOnce(key: string, value: PlanValue, node: (output: number) => PlanNode): Ref {
    let ref = this.inputRefs.get(key);
    if (ref === undefined) {
      ref = this.value(value.type, value.shape);
      this.nodes.push(node(ref.id));
      this.inputRefs.set(key, ref);
    }
    return ref;
  }

  private scalarOnce(key: string, make: () => Ref): Ref {
    let ref = this.scalars.get(key);
    if (ref === undefined) this.scalars.set(key, (ref = make()));
    return ref;
  }
}

/** A plan's output of one value. */
export function output(method: string, value: Ref, datatype: OutputDatatype = 'FP64', name = method): PlanOutput {
  return { name, method, value: value.id, datatype };
}
