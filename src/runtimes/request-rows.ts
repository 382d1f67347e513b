import type { PlanInput } from '../convert/plan.js';
import type { Datatype } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { float16ToNumber } from '../core/float16.js';
import { isFrame } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import { type BytesColumn, isBytes, optionalTextAt, rowsOf, type Tensor } from '../core/tensor.js';
import type { Value } from '../kernels/value.js';
import type { RowSource } from './row-source.js';

type FloatArray = Float64Array | Float32Array;

/** Where a column's values lie in a tensor: at `first`, `first + stride`, ... */
interface ColumnPlace {
  readonly tensor: Tensor;
  readonly first: number;
  readonly stride: number;
}

/**
 * A request's rows as a plan reads them: from one tensor [rows, columns], or from one tensor per column. The front has checked
 * names and shapes.
 */
export class RequestRows implements RowSource {
  readonly rows: number;
  /** Text does not count: a frame of FP32 columns and text is FP32. */
  readonly float32: boolean;
  /** The datatype of outputs 'as the rows': what all number columns have, FP64 when they differ. */
  readonly datatype: Datatype;
  /** Set when all columns are in one tensor. */
  private readonly whole: Tensor | undefined;
  /** The tensor of each column when there are several, in the plan's order; undefined for unused columns that did not come. */
  private readonly tensors: readonly (Tensor | undefined)[];
  private readonly columns: number;

  constructor(
    request: InferRequest,
    private readonly input: PlanInput,
  ) {
    this.rows = rowsOf(request.inputs[0]);
    const frame = isFrame(request.inputs, input.columns, input.names);
    this.whole = frame ? undefined : request.inputs[0];
    this.tensors = frame ? inOrder(request.inputs, input) : [];
    this.columns = input.columns < 0 ? (request.inputs[0].shape[1] ?? 1) : input.columns;
    this.datatype = commonDatatype(this.whole === undefined ? this.tensors : [this.whole]);
    this.float32 = this.datatype === 'FP32';
  }

  matrix(type: 'f64' | 'f32', columns?: readonly number[]): Value {
    const width = columns?.length ?? this.columns;
    const shape = [this.rows, width];
    if (columns === undefined && this.whole !== undefined && !isBytes(this.whole.data)) {
      const data = type === 'f64' ? toFloats(this.whole, Float64Array) : toFloats(this.whole, Float32Array);
      return { type, shape, data } as Value;
    }
    const data = type === 'f64' ? new Float64Array(this.rows * width) : new Float32Array(this.rows * width);
    for (let at = 0; at < width; at++) this.copyNumbers(columns?.[at] ?? at, data, at, width);
    return { type, shape, data } as Value;
  }

  column(column: number, type: 'f64' | 'str'): Value {
    const shape = [this.rows];
    if (type === 'str') return { type, shape, data: this.texts(column) };
    const data = new Float64Array(this.rows);
    this.copyNumbers(column, data, 0, 1);
    return { type, shape, data };
  }

  private place(column: number): ColumnPlace {
    if (this.whole !== undefined) return { tensor: this.whole, first: column, stride: this.columns };
    return { tensor: this.tensors[column]!, first: 0, stride: 1 };
  }

  /** A column's numbers, of whatever datatype, to every `step`-th place of `out`. Texts must spell numbers. */
  private copyNumbers(column: number, out: FloatArray, start: number, step: number): void {
    const { tensor, first, stride } = this.place(column);
    const { data, datatype } = tensor;
    const end = start + this.rows * step;
    if (isBytes(data)) {
      for (let to = start, from = first; to < end; to += step, from += stride)
        out[to] = this.spelled(tensor.name, optionalTextAt(data, from), from, column);
    } else if (datatype === 'FP16') {
      for (let to = start, from = first; to < end; to += step, from += stride)
        out[to] = float16ToNumber(Number(data[from]));
    } else {
      for (let to = start, from = first; to < end; to += step, from += stride) out[to] = Number(data[from]);
    }
  }

  /** The number a text spells; what the front refuses among numbers is refused here among texts. */
  private spelled(name: string, text: string | null, index: number, column: number): number {
    const { missing, infinite } = this.input;
    const number =
      text === null || /^\s*nan\s*$/i.test(text) ? Number.NaN : NUMBER.test(text) ? Number(text) : undefined;
    const takesMissing = typeof missing === 'boolean' ? missing : missing[column];
    if (number !== undefined && (Number.isFinite(number) || (Number.isNaN(number) ? takesMissing : infinite)))
      return number;
    const got = text === null ? 'null' : `the text '${text.slice(0, 40)}'`;
    throw new ServerError('INVALID_ARGUMENT', `input '${name}': expected numbers, value ${index} is ${got}`);
  }

  private texts(column: number): (string | null)[] {
    const { tensor, first, stride } = this.place(column);
    const { data } = tensor;
    const out: (string | null)[] = new Array(this.rows);
    for (let row = 0, from = first; row < this.rows; row++, from += stride)
      out[row] = isBytes(data) ? optionalTextAt(data, from) : String(data[from]);
    return out;
  }
}

/** All numbers of a tensor as floats; a view when they are that already. */
function toFloats<T extends FloatArray>({ data, datatype }: Tensor, type: new (length: number) => T): T {
  if (data instanceof type) return data;
  const numbers = data as Exclude<Tensor['data'], BytesColumn>;
  const out = new type(numbers.length);
  if (datatype === 'FP16') for (let i = 0; i < out.length; i++) out[i] = float16ToNumber(Number(numbers[i]));
  else if (datatype === 'INT64' || datatype === 'UINT64')
    for (let i = 0; i < out.length; i++) out[i] = Number(numbers[i]);
  else out.set(numbers as Float64Array);
  return out;
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

function inOrder(tensors: readonly Tensor[], input: PlanInput): readonly (Tensor | undefined)[] {
  const { names } = input;
  if (names === undefined) return tensors;
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
  return names.map(name => byName.get(name));
}

function commonDatatype(tensors: readonly (Tensor | undefined)[]): Datatype {
  let common: Datatype | undefined;
  for (const tensor of tensors) {
    if (tensor === undefined || tensor.datatype === 'BYTES') continue;
    if (common !== undefined && common !== tensor.datatype) return 'FP64';
    common = tensor.datatype;
  }
  return common ?? 'BYTES';
}
