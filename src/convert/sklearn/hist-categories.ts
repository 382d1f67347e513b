import { badFile } from '../../formats/errors.js';
import { asFloat64, attr, isNone, item, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { type Categories, encoded, lookedUp, readCategories } from './categories.js';
import { isSince } from './estimator.js';
import { type Features, joined } from './features.js';

/**
 * Rows as the trees of a histogram model see them: float64, with a number for every known category and NaN for unknown and
 * missing ones. Since 1.4 an encoder inside numbers the categories, and columns of categories come first; before, categories
 * are whole numbers below 256 themselves, and stay in their places.
 */
export function histRows(g: GraphBuilder, estimator: Place, features: Features): Ref {
  const mask = optionalAttr(estimator, 'is_categorical_');
  if (mask === undefined || isNone(mask)) return features.matrix();
  const categorical = asFloat64(mask).data;
  if (categorical.length !== features.width)
    throw badFile(`${mask.path}: expected ${features.width} values, got ${categorical.length}`);
  const columns = Array.from(categorical.keys());
  const chosen = columns.filter(column => categorical[column] !== 0);
  if (!isSince(estimator, 1, 4)) return categoryBytes(g, estimator, features, chosen);
  const others = columns.filter(column => categorical[column] === 0);
  const codes = categoryCodes(g, estimator, features.select(chosen));
  return others.length === 0 ? codes : joined(g, [codes, features.select(others).matrix()], 'f64');
}

/** By the encoder of `_preprocessor.transformers_`: ('encoder', OrdinalEncoder, columns), ... */
function categoryCodes(g: GraphBuilder, estimator: Place, features: Features): Ref {
  const encoder = item(item(attr(attr(estimator, '_preprocessor'), 'transformers_'), 0), 1);
  const columns = readCategories(attr(encoder, 'categories_'), features.width);
  return lookedUp(g, encoded(g, features, columns, false), columns.map(codeTable));
}

/** Unknown and missing values are NaN. */
function codeTable({ count, texts, nan }: Categories): Float64Array {
  const table = Float64Array.from({ length: count + 1 }, (_, i) => i - 1);
  table[0] = Number.NaN;
  if (nan !== undefined) table[nan + 1] = Number.NaN;
  texts?.forEach((text, code) => {
    if (text === null) table[code + 1] = Number.NaN;
  });
  return table;
}

function categoryBytes(g: GraphBuilder, estimator: Place, features: Features, columns: readonly number[]): Ref {
  const known = items(attr(attr(estimator, '_bin_mapper'), 'bin_thresholds_'));
  const arrays: Record<string, StoredArray> = {};
  columns.forEach((column, i) => {
    if (known[column] === undefined) throw badFile(`${estimator.path}._bin_mapper: column ${column} has no bins`);
    arrays[i] = asFloat64(known[column]).data;
  });
  return g.kernel('category-bytes', {
    inputs: [features.matrix()],
    params: { columns, signed: !isSince(estimator, 1, 2) },
    arrays,
    outputs: [{ type: 'f64', shape: [-1, features.width] }],
  })[0];
}
