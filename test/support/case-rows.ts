import type { PlanInput } from '../../src/convert/plan.js';
import type { Datatype } from '../../src/core/datatype.js';
import type { Value } from '../../src/kernels/value.js';
import type { RowSource } from '../../src/runtimes/row-source.js';

type Element = number | string | boolean | null;

/** A tensor as case.json holds it: flat, row by row; null is NaN (or a missing text). */
export interface CaseTensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: readonly Element[];
}

/** One tensor, or one tensor per named column when the model wants a data frame. */
export type CaseInput = CaseTensor | { readonly content_type: 'pd'; readonly inputs: readonly NamedTensor[] };
type NamedTensor = CaseTensor & { readonly name: string };

/** What a plan reads, out of a case's rows. Numbers become floats as numpy makes them; rows can be cut into batches. */
export class CaseRows implements RowSource {
  private constructor(
    readonly rows: number,
    readonly float32: boolean,
    /** The datatype that an output of datatype 'rows' has. */
    readonly datatype: Datatype,
    private readonly columns: readonly (readonly Element[])[],
  ) {}

  static of(input: CaseInput, plan: PlanInput): CaseRows {
    if ('inputs' in input) {
      const columns = orderColumns(input.inputs, plan).map(({ data }) => data);
      return new CaseRows(Math.max(...columns.map(column => column.length)), false, 'FP64', columns);
    }
    const { datatype, shape, data } = input;
    const width = shape[1] ?? 1;
    if (plan.columns !== -1 && width !== plan.columns)
      throw new Error(`the case has ${width} columns, the plan ${plan.columns}`);
    const columns = Array.from({ length: width }, (_, column) => data.filter((_, i) => i % width === column));
    return new CaseRows(shape[0], datatype === 'FP32', datatype, columns);
  }

  slice(from: number, to: number): CaseRows {
    const columns = this.columns.map(column => column.slice(from, to));
    return new CaseRows(to - from, this.float32, this.datatype, columns);
  }

  /** Columns in which a value is missing. */
  get missing(): number[] {
    return [...this.columns.keys()].filter(column => this.columns[column].includes(null));
  }

  matrix(type: 'f64' | 'f32', columns: readonly number[] = [...this.columns.keys()]): Value {
    const width = columns.length;
    const data = type === 'f32' ? new Float32Array(this.rows * width) : new Float64Array(this.rows * width);
    columns.forEach((column, c) => {
      this.columns[column].forEach((element, row) => {
        data[row * width + c] = this.number(element);
      });
    });
    return { type, shape: [this.rows, width], data } as Value;
  }

  column(column: number, type: 'f64' | 'str'): Value {
    const elements = this.columns[column];
    const shape = [this.rows];
    if (type === 'str') return { type, shape, data: elements.map(e => (e === null ? null : String(e))) };
    return { type, shape, data: Float64Array.from(elements, e => this.number(e)) };
  }

  private number(element: Element): number {
    if (element === null) return Number.NaN;
    return this.float32 ? Math.fround(Number(element)) : Number(element);
  }
}

/** A frame's columns in the order of the plan's names, whatever order they came in. */
function orderColumns(inputs: readonly NamedTensor[], plan: PlanInput): readonly NamedTensor[] {
  if (plan.names === undefined) return inputs;
  return plan.names.map((name, i) => {
    const found = inputs.find(input => input.name === name);
    if (found === undefined && plan.types[i] !== 'unused') throw new Error(`the case has no column '${name}'`);
    return found ?? { name, datatype: 'FP64', shape: [0], data: [] };
  });
}
