import { ServerError } from '../core/errors.js';
import type { Kernel } from './kernel.js';
import { columnsOf, type Value } from './value.js';

/** The categories of one column, in the order of their codes. */
export interface EncodedColumn {
  /** Text categories; absent when the array `numbers{column}` holds them. null is a missing text. */
  readonly texts?: readonly (string | null)[];
  /** What messages call the column. */
  readonly name: string;
}

interface EncodeParams {
  readonly columns: readonly EncodedColumn[];
  /** Whether a value that is no category fails the request rather than getting the code -1. */
  readonly strict: boolean;
}

/**
 * Columns - [rows] each, or one matrix [rows, columns] of numbers - -> codes of their values' categories, f64 [rows, columns].
 * NaN is a category if it is among them.
 */
export const encode: Kernel<EncodeParams> = ({ params: { columns, strict }, arrays }) => {
  const tables = columns.map(({ texts }, i) => {
    const categories = texts ?? Array.from(arrays[`numbers${i}`] as Float64Array);
    return new Map<string | number | null, number>(categories.map((category, code) => [category, code]));
  });
  const width = columns.length;
  return (inputs, rows) => {
    const out = new Float64Array(rows * width);
    for (let column = 0; column < width; column++) {
      const table = tables[column];
      const { data, first, stride } = columnAt(inputs, column);
      for (let row = 0, from = first; row < rows; row++, from += stride) {
        const code = table.get(data[from]);
        if (code === undefined && strict) throw unknown(data[from], columns[column].name);
        out[row * width + column] = code ?? -1;
      }
    }
    return [{ type: 'f64', shape: [rows, width], data: out }];
  };
};

interface ColumnData {
  readonly data: readonly (string | null)[] | Float64Array;
  readonly first: number;
  readonly stride: number;
}

/** Where column `column` of several inputs lies: in a vector of its own, or in the one matrix of all. */
export function columnAt(inputs: readonly Value[], column: number): ColumnData {
  const whole = inputs[0].shape.length === 2;
  const { data } = (whole ? inputs[0] : inputs[column]) as Value<'f64' | 'str'>;
  return whole ? { data, first: column, stride: columnsOf(inputs[0]) } : { data, first: 0, stride: 1 };
}

function unknown(value: string | number | null, name: string): ServerError {
  const shown = typeof value === 'string' ? `'${value.slice(0, 40)}'` : value === null ? 'null' : String(value);
  return new ServerError('INVALID_ARGUMENT', `column '${name}': ${shown} is none of the categories the model knows`);
}
