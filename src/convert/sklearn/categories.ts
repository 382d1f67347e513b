import { badFile } from '../../formats/errors.js';
import { asArray, items, type Place, unexpected } from '../../formats/pickle/access.js';
import { elements } from '../../formats/pickle/arrays.js';
import type { PyValue } from '../../formats/pickle/values.js';
import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import type { Features } from './features.js';
import { namesOf } from './names.js';

/** The categories of one column, in scikit-learn's order. */
export interface Categories {
  readonly count: number;
  /** One of the two. A missing text is null, a missing number NaN. */
  readonly texts?: readonly (string | null)[];
  readonly numbers?: Float64Array;
  /** The code of missing values, when they are NaN. */
  readonly nan: number | undefined;
  /** As Python's str() shows each. */
  readonly labels: readonly string[];
}

/** Reads `categories_`: an array per column of the features. */
export function readCategories(place: Place, width: number): Categories[] {
  const columns = items(place).map(readColumn);
  if (columns.length !== width) throw badFile(`${place.path}: expected ${width} arrays, got ${columns.length}`);
  return columns;
}

export function readColumn(place: Place): Categories {
  const array = asArray(place);
  const values = elements(array)?.map(plain);
  if (values === undefined || array.shape.length !== 1) throw unexpected(place, 'a list of categories');
  const count = values.length;
  const found = values.findIndex(value => Number.isNaN(value));
  const nan = found < 0 ? undefined : found;
  const labels = values.map(value => pythonText(value, array.dtype.kind === 'f'));
  if (values.some(value => typeof value === 'string')) {
    if (!values.every((value, i) => typeof value === 'string' || value === null || i === nan))
      throw badFile(`${place.path}: categories must be of one type: text or numbers`);
    const texts = values.map(value => (typeof value === 'string' ? value : null));
    return { count, texts, nan, labels };
  }
  const numbers = values.map(value => (value === null ? Number.NaN : Number(value)));
  const large = numbers.find(number => Math.abs(number) > Number.MAX_SAFE_INTEGER && Number.isInteger(number));
  if (large !== undefined)
    throw badFile(`${place.path}: the category ${large} is too large to be told from its neighbours`);
  return { count, numbers: Float64Array.from(numbers), nan, labels };
}

function plain(value: PyValue): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  throw badFile('categories must be text or numbers');
}

/** str() of a category. */
function pythonText(value: string | number | boolean | null, float: boolean): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Number.isNaN(value)) return 'nan';
  if (!float || !Number.isInteger(value)) return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
  return Math.abs(value) < 1e16 ? `${value}.0` : value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
}

/**
 * The code of every value among its column's categories, [rows, columns]; -1 for what is none of them, which `strict`
 * refuses instead.
 */
export function encoded(g: GraphBuilder, features: Features, columns: readonly Categories[], strict: boolean): Ref {
  const names = namesOf(features);
  const arrays: Record<string, StoredArray> = {};
  columns.forEach(({ numbers }, column) => {
    if (numbers !== undefined) arrays[`numbers${column}`] = numbers;
  });
  const numeric = columns.every(column => column.numbers !== undefined);
  const [codes] = g.kernel('encode', {
    inputs: numeric
      ? [features.matrix()]
      : columns.map((column, i) => features.column(i, column.numbers === undefined ? 'str' : 'f64')),
    params: { columns: columns.map(({ texts }, i) => ({ texts, name: names[i] })), strict },
    arrays,
    outputs: [{ type: 'f64', shape: [-1, columns.length] }],
  });
  return codes;
}

/** Numbers by code: a table per column of the result, each beginning with what -1 stands for (kernels/lookup.ts). */
export function lookedUp(
  g: GraphBuilder,
  codes: Ref,
  tables: readonly Float64Array[],
  sources: readonly number[] = tables.map((_, column) => column),
): Ref {
  const [values] = g.kernel('lookup', {
    inputs: [codes],
    params: { sources },
    arrays: tablesOf(tables, Float64Array),
    outputs: [{ type: 'f64', shape: [-1, tables.length] }],
  });
  return values;
}

/** Tables one after another, and where each begins. */
export function tablesOf<T extends Float64Array | Int32Array>(
  tables: readonly ArrayLike<number>[],
  type: new (length: number) => T,
): { values: T; offsets: Int32Array } {
  const offsets = new Int32Array(tables.length + 1);
  tables.forEach((table, i) => {
    offsets[i + 1] = offsets[i] + table.length;
  });
  const values = new type(offsets[tables.length]);
  tables.forEach((table, i) => {
    values.set(table, offsets[i]);
  });
  return { values, offsets };
}
