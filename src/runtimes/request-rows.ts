import type { PlanInput } from '../convert/plan.js';
import type { Datatype } from '../core/datatype.js';
import { ServerError } from '../core/errors.js';
import { float16ToNumber } from '../core/float16.js';
import type { InferRequest } from '../core/protocol.js';
import { isBytes, rowsOf, type Tensor, texts } from '../core/tensor.js';
import type { Value } from '../kernels/value.js';
import type { RowSource } from './row-source.js';

type FloatArray = Float64Array | Float32Array;

/**
 * A request's rows as a plan reads them: from one tensor [rows, columns], or from one tensor per column. The front has checked
 * names and shapes.
 */
export class RequestRows implements RowSource {
  readonly rows: number;
  readonly float32: boolean;
  /** The tensor of each column when there are several, in the plan's order of columns. */
  private readonly columnTensors: readonly Tensor[] | undefined;
  private readonly whole: Tensor;

  constructor(
    request: InferRequest,
    private readonly input: PlanInput,
  ) {
    [this.whole] = request.inputs;
    this.rows = rowsOf(this.whole);
    this.columnTensors = isOneTensor(request, input) ? undefined : inOrder(request.inputs, input);
    this.float32 = (this.columnTensors ?? [this.whole]).every(
      tensor => tensor.datatype === 'FP32' || tensor.datatype === 'BYTES',
    );
  }

  /** The datatype that outputs 'as the rows' have. */
  get datatype(): Datatype {
    return this.whole.datatype;
  }

  matrix(type: 'f64' | 'f32'): Value {
    const { columns } = this.input;
    const shape = [this.rows, columns];
    if (this.columnTensors === undefined) {
      const data = type === 'f64' ? toFloats(this.whole, Float64Array) : toFloats(this.whole, Float32Array);
      return { type, shape, data } as Value;
    }
    const data = type === 'f64' ? new Float64Array(this.rows * columns) : new Float32Array(this.rows * columns);
    this.columnTensors.forEach((tensor, column) => {
      const values = toFloats(tensor, Float64Array);
      for (let row = 0; row < this.rows; row++) data[row * columns + column] = values[row];
    });
    return { type, shape, data } as Value;
  }

  column(column: number, type: 'f64' | 'str'): Value {
    const shape = [this.rows];
    const tensor = this.columnTensors?.[column] ?? this.whole;
    const stride = this.columnTensors === undefined ? this.input.columns : 1;
    const first = this.columnTensors === undefined ? column : 0;
    const all = type === 'f64' ? toFloats(tensor, Float64Array) : toTexts(tensor);
    if (stride === 1) return { type, shape, data: all } as Value;
    const data = type === 'f64' ? new Float64Array(this.rows) : new Array<string | null>(this.rows);
    for (let row = 0; row < this.rows; row++) data[row] = all[row * stride + first] as never;
    return { type, shape, data } as Value;
  }
}

function isOneTensor(request: InferRequest, input: PlanInput): boolean {
  if (request.inputs.length > 1) return false;
  const [{ shape }] = request.inputs;
  return shape.length !== 1 || input.columns === 1;
}

function inOrder(tensors: readonly Tensor[], input: PlanInput): readonly Tensor[] {
  const { names } = input;
  if (names === undefined) return tensors;
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
  return names.map(name => byName.get(name)!);
}

/** Numbers of any datatype as floats; a view when they are that already. Texts must spell numbers. */
function toFloats<T extends FloatArray>(tensor: Tensor, type: new (length: number) => T): T {
  const { data, datatype } = tensor;
  if (data instanceof type) return data;
  if (isBytes(data)) return textsToFloats(tensor, type);
  const out = new type(data.length);
  if (datatype === 'FP16') for (let i = 0; i < out.length; i++) out[i] = float16ToNumber(data[i] as number);
  else if (datatype === 'INT64' || datatype === 'UINT64') for (let i = 0; i < out.length; i++) out[i] = Number(data[i]);
  else out.set(data as Float64Array);
  return out;
}

function textsToFloats<T extends FloatArray>(tensor: Tensor, type: new (length: number) => T): T {
  const words = toTexts(tensor);
  const out = new type(words.length);
  words.forEach((word, i) => {
    const number = word.trim() === '' ? Number.NaN : Number(word);
    if (Number.isNaN(number) && word.toLowerCase() !== 'nan') {
      throw new ServerError(
        'INVALID_ARGUMENT',
        `input '${tensor.name}': the model wants numbers, value ${i} is the text '${word.slice(0, 40)}'`,
      );
    }
    out[i] = number;
  });
  return out;
}

function toTexts(tensor: Tensor): string[] {
  const { data } = tensor;
  if (isBytes(data)) return texts(data);
  return Array.from(data as Float64Array, String);
}
