import { columnsOf, type Value } from '../kernels/value.js';
import type { RowSource } from './row-source.js';

/** Some rows of a batch, by their positions. */
export class SomeRows implements RowSource {
  readonly rows: number;
  readonly float32: boolean;

  constructor(
    private readonly all: RowSource,
    private readonly positions: readonly number[],
  ) {
    this.rows = positions.length;
    this.float32 = all.float32;
  }

  matrix(type: 'f64' | 'f32', columns?: readonly number[]): Value {
    const value = this.all.matrix(type, columns);
    const from = value.data as Float64Array;
    const width = columnsOf(value);
    const data = type === 'f64' ? new Float64Array(this.rows * width) : new Float32Array(this.rows * width);
    this.positions.forEach((position, row) => {
      data.set(from.subarray(position * width, (position + 1) * width), row * width);
    });
    return { type, shape: [this.rows, width], data } as Value;
  }

  column(column: number, type: 'f64' | 'str'): Value {
    const { data } = this.all.column(column, type);
    const shape = [this.rows];
    if (type === 'str') return { type, shape, data: this.positions.map(position => (data as string[])[position]) };
    return { type, shape, data: Float64Array.from(this.positions, position => (data as Float64Array)[position]) };
  }
}
