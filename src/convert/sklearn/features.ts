import { badFile } from '../../formats/errors.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import type { Matrix } from './dense.js';

/** What an estimator is given: columns of the request, or what the step before it made of them. */
export interface Features {
  readonly width: number;
  readonly names?: readonly string[];
  /** Columns of the request whose missing values can show up here: an estimator that does not take them refuses those. */
  readonly missingFrom: readonly number[];
  /** What numpy would call all columns together; BYTES when any is text. The request's own columns are 'rows'. */
  readonly datatype: OutputDatatype;
  /** Of one column. */
  datatypeOf(index: number): OutputDatatype;
  /** All columns as float64, [rows, width]. */
  matrix(): Ref;
  /** All columns as numpy's astype(float32) gives them: what trees look at. */
  floats(): Ref;
  /** One column, [rows], as numbers or as text. */
  column(index: number, type: 'f64' | 'str'): Ref;
  /** Some of the columns, in the order given. */
  select(indices: readonly number[]): Features;
  /**
   * All columns @ weights [width, n] (+ bias [n]) as [rows, n]. What is sparse stays so: whoever multiplies features with
   * constants asks for this rather than for the matrix.
   */
  product(weights: Matrix, bias?: Float64Array): Ref;
}

/** Columns of the request. */
export class RequestFeatures implements Features {
  readonly datatype = 'rows';
  readonly width: number;
  readonly missingFrom: readonly number[];

  constructor(
    private readonly g: GraphBuilder,
    readonly names?: readonly string[],
    /** By default all. */
    private readonly columns?: readonly number[],
  ) {
    this.width = columns?.length ?? g.columns;
    this.missingFrom = columns ?? Array.from({ length: Math.max(0, g.columns) }, (_, column) => column);
  }

  datatypeOf(): OutputDatatype {
    return this.datatype;
  }

  matrix(): Ref {
    return this.g.rows('f64', this.columns);
  }

  floats(): Ref {
    return this.g.rows('f32', this.columns);
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    return this.g.column(this.missingFrom[index], type);
  }

  select(indices: readonly number[]): Features {
    return new RequestFeatures(
      this.g,
      pickNames(this.names, indices),
      indices.map(index => this.missingFrom[index]),
    );
  }

  product(weights: Matrix, bias?: Float64Array): Ref {
    return denseProduct(this.g, this.matrix(), weights, bias);
  }
}

/** A float64 matrix made by an earlier step. */
export class MatrixFeatures implements Features {
  readonly width: number;

  constructor(
    private readonly g: GraphBuilder,
    private readonly values: Ref,
    readonly names?: readonly string[],
    readonly datatype: OutputDatatype = 'FP64',
    readonly missingFrom: readonly number[] = [],
  ) {
    this.width = values.shape[1] ?? 1;
  }

  /** The same numbers by another datatype and other names. */
  as(datatype: OutputDatatype, names: readonly string[] | undefined): MatrixFeatures {
    return new MatrixFeatures(this.g, this.values, names, datatype, this.missingFrom);
  }

  datatypeOf(): OutputDatatype {
    return this.datatype;
  }

  matrix(): Ref {
    return this.values;
  }

  floats(): Ref {
    return joined(this.g, [this.values], 'f32');
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    if (type === 'str') throw badFile(`column ${this.names?.[index] ?? index}: computed numbers are used as text`);
    return this.g.pick(this.values, index);
  }

  select(indices: readonly number[]): Features {
    return new MatrixFeatures(
      this.g,
      this.g.take(this.values, indices),
      pickNames(this.names, indices),
      this.datatype,
      this.missingFrom,
    );
  }

  product(weights: Matrix, bias?: Float64Array): Ref {
    return denseProduct(this.g, this.values, weights, bias);
  }
}

/** Single columns, [rows] each, of text or of numbers of one datatype. */
export class ColumnFeatures implements Features {
  readonly width: number;
  readonly datatype: OutputDatatype;

  constructor(
    private readonly g: GraphBuilder,
    private readonly columns: readonly Ref[],
    readonly names?: readonly string[],
    private readonly numberDatatype: OutputDatatype = 'FP64',
    readonly missingFrom: readonly number[] = [],
  ) {
    this.width = columns.length;
    this.datatype = columns.some(column => column.type === 'str') ? 'BYTES' : numberDatatype;
  }

  datatypeOf(index: number): OutputDatatype {
    return this.columns[index].type === 'str' ? 'BYTES' : this.numberDatatype;
  }

  matrix(): Ref {
    return this.g.columnStack(this.numbers());
  }

  floats(): Ref {
    return joined(this.g, this.numbers(), 'f32');
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    const column = this.columns[index];
    if (column.type === type) return column;
    const [is, wants] = type === 'f64' ? ['text', 'numbers'] : ['numbers', 'text'];
    throw badFile(`column ${this.names?.[index] ?? index}: a step makes ${is} of it, the next one wants ${wants}`);
  }

  select(indices: readonly number[]): Features {
    const columns = indices.map(index => this.columns[index]);
    const names = pickNames(this.names, indices);
    return new ColumnFeatures(this.g, columns, names, this.numberDatatype, this.missingFrom);
  }

  product(weights: Matrix, bias?: Float64Array): Ref {
    return denseProduct(this.g, this.matrix(), weights, bias);
  }

  private numbers(): Ref[] {
    return this.columns.map((_, index) => this.column(index, 'f64'));
  }
}

/** Matrices and vectors side by side, put together in TypeScript: for kernels, which then need no ONNX session. */
export function joined(g: GraphBuilder, parts: readonly Ref[], type: 'f64' | 'f32' | 'str'): Ref {
  const width = parts.reduce((total, part) => total + (part.shape[1] ?? 1), 0);
  const [values] = g.kernel('join', { inputs: parts, params: { type }, outputs: [{ type, shape: [-1, width] }] });
  return values;
}

export function pickNames(names: readonly string[] | undefined, indices: readonly number[]): string[] | undefined {
  return names && indices.map(index => names[index]);
}

function denseProduct(g: GraphBuilder, values: Ref, weights: Matrix, bias: Float64Array | undefined): Ref {
  const matrix = g.matrix(weights.data, weights.rows, weights.columns);
  return bias === undefined ? g.matmul(values, matrix) : g.linear(values, matrix, g.constant(bias));
}
