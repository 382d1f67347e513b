import type { Kernel } from './kernel.js';
import { columnsOf, type Value } from './value.js';

interface JoinParams {
  readonly type: 'f64' | 'f32' | 'str';
}

/** Matrices [rows, n] and vectors [rows] side by side, as one matrix of the type asked for. */
export const join: Kernel<JoinParams> = ({ params: { type } }) => {
  return (inputs, rows) => {
    const widths = inputs.map(columnsOf);
    const width = widths.reduce((total, own) => total + own, 0);
    const data =
      type === 'str'
        ? new Array<string | null>(rows * width)
        : type === 'f64'
          ? new Float64Array(rows * width)
          : new Float32Array(rows * width);
    let first = 0;
    inputs.forEach((input, i) => {
      copy(input, widths[i], data as Float64Array, first, width);
      first += widths[i];
    });
    return [{ type, shape: [rows, width], data } as Value];
  };
};

function copy({ data }: Value, own: number, out: Float64Array, first: number, width: number): void {
  const source = data as Float64Array;
  for (let from = 0, start = first; from < source.length; start += width)
    for (let column = 0; column < own; column++) out[start + column] = source[from++];
}
