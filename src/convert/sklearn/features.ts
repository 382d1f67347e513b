import type { GraphBuilder, Ref } from '../graph-builder.js';

/** What an estimator is given: columns of the request, or what the step before it made of them. */
export interface Features {
  readonly width: number;
  readonly names?: readonly string[];
  /** All columns as float64, [rows, width]. */
  matrix(): Ref;
  /** All columns as numpy's astype(float32) gives them: what trees look at. */
  floats(): Ref;
  /** One column, [rows], as numbers or as text. */
  column(index: number, type: 'f64' | 'str'): Ref;
}

/** The request's own columns. */
export class RequestFeatures implements Features {
  readonly width: number;

  constructor(
    private readonly g: GraphBuilder,
    readonly names?: readonly string[],
  ) {
    this.width = g.columns;
  }

  matrix(): Ref {
    return this.g.rows('f64');
  }

  floats(): Ref {
    return this.g.rows('f32');
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    return this.g.column(index, type);
  }
}

/** A float64 matrix made by an earlier step. */
export class MatrixFeatures implements Features {
  readonly width: number;

  constructor(
    private readonly g: GraphBuilder,
    private readonly values: Ref,
    readonly names?: readonly string[],
  ) {
    this.width = values.shape[1];
  }

  matrix(): Ref {
    return this.values;
  }

  floats(): Ref {
    return this.g.cast(this.values, 'f32');
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    if (type === 'str') throw new TypeError('a computed column is no text');
    return this.g.pick(this.values, index);
  }
}

/** Some of the columns of others, in the order given. */
export class SelectedFeatures implements Features {
  readonly width: number;
  readonly names?: readonly string[];

  constructor(
    private readonly g: GraphBuilder,
    private readonly source: Features,
    private readonly indices: readonly number[],
  ) {
    this.width = indices.length;
    const { names } = source;
    this.names = names && indices.map(index => names[index]);
  }

  matrix(): Ref {
    return this.g.columnStack(this.indices.map(index => this.source.column(index, 'f64')));
  }

  floats(): Ref {
    return this.g.cast(this.matrix(), 'f32');
  }

  column(index: number, type: 'f64' | 'str'): Ref {
    return this.source.column(this.indices[index], type);
  }
}
