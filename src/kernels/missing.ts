import { ServerError } from '../core/errors.js';
import { columnAt } from './encode.js';
import type { Kernel } from './kernel.js';
import type { Value } from './value.js';

interface MissingParams {
  /** What stands for a missing value: a text, a number, or null for NaN and missing texts. */
  readonly missing: string | number | null;
  /** Columns that the result tells about. */
  readonly kept: readonly number[];
  /** Columns in which nothing may be missing, with their names. */
  readonly complete: readonly { readonly column: number; readonly name: string }[];
}

/** Columns, or one matrix of numbers, -> 1 where a value of the kept columns is missing, else 0: f64 [rows, kept]. */
export const missing: Kernel<MissingParams> = ({ params: { missing, kept, complete } }) => {
  const isMissing = missingTest(missing);
  return (inputs, rows) => {
    for (const { column, name } of complete) {
      const { data, first, stride } = columnAt(inputs, column);
      for (let row = 0; row < rows; row++) if (isMissing(data[first + row * stride])) throw unexpected(name);
    }
    const out = new Float64Array(rows * kept.length);
    kept.forEach((column, i) => {
      const { data, first, stride } = columnAt(inputs, column);
      for (let row = 0; row < rows; row++) if (isMissing(data[first + row * stride])) out[row * kept.length + i] = 1;
    });
    return [{ type: 'f64', shape: [rows, kept.length], data: out }];
  };
};

interface FillParams {
  readonly missing: string | null;
  readonly fill: string | null;
}

/** Texts [rows] with `fill` in place of what is missing. */
export const fillText: Kernel<FillParams> = ({ params: { missing, fill } }) => {
  return ([texts]) => {
    const { data, shape } = texts as Value<'str'>;
    return [{ type: 'str', shape, data: data.map(text => (text === missing ? fill : text)) }];
  };
};

function missingTest(missing: string | number | null): (value: string | number | null) => boolean {
  if (missing === null) return value => value === null || Number.isNaN(value);
  return value => value === missing;
}

function unexpected(name: string): ServerError {
  return new ServerError(
    'INVALID_ARGUMENT',
    `column '${name}': a value is missing, where none was when the model was fitted`,
  );
}
