import { badFile } from '../../formats/errors.js';
import {
  asBool,
  asInt32,
  asNumber,
  asString,
  attr,
  isNone,
  items,
  optionalAttr,
  optionalEntry,
  type Place,
} from '../../formats/pickle/access.js';
import { type Categories, encoded, lookedUp, readCategories, tablesOf } from './categories.js';
import { readDatatype } from './datatypes.js';
import { type Conversion, type EstimatorConverter, textParameter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';
import { SparseFeatures } from './sparse-features.js';

export const encoderConverters: Record<string, EstimatorConverter> = {
  OneHotEncoder: convertOneHot,
  OrdinalEncoder: convertOrdinal,
};

/** Categories that share one code because each is rare: the codes before and after, or undefined where none do. */
function groupings(encoder: Place, columns: readonly Categories[]): (Int32Array | undefined)[] {
  const mappings = optionalAttr(encoder, '_default_to_infrequent_mappings');
  if (mappings === undefined || !asBool(attr(encoder, '_infrequent_enabled'))) return columns.map(() => undefined);
  return items(mappings).map((mapping, column) => {
    if (isNone(mapping)) return undefined;
    const { data } = asInt32(mapping);
    if (data.length > columns[column].count || data.some(code => code < 0 || code >= data.length))
      throw badFile(`${mapping.path}: does not fit ${columns[column].count} categories`);
    return data;
  });
}

function convertOneHot({ g }: Conversion, encoder: Place, features: Features): Methods {
  const columns = readCategories(attr(encoder, 'categories_'), features.width);
  const unknown = asString(attr(encoder, 'handle_unknown'));
  const toInfrequent = unknown === 'infrequent_if_exist' || unknown === 'warn';
  if (unknown !== 'error' && unknown !== 'ignore' && !toInfrequent)
    throw unsupported(encoder, `handle_unknown '${unknown}'`);
  const dropped = droppedCodes(encoder, columns.length);
  const groups = groupings(encoder, columns);
  const tables: Int32Array[] = [];
  const names: string[] = [];
  let width = 0;
  columns.forEach((column, i) => {
    const group = groups[i];
    const labels = group === undefined ? column.labels : groupLabels(column, group);
    const drop = dropped[i] ?? labels.length;
    // The dropped code has no place, and those after it move up.
    const place = (code: number) => (code === drop ? -1 : width + code - (code > drop ? 1 : 0));
    const table = new Int32Array(column.count + 1);
    table[0] = toInfrequent && group !== undefined ? place(labels.length - 1) : -1;
    for (let code = 0; code < column.count; code++) table[code + 1] = place(group?.[code] ?? code);
    tables.push(table);
    const name = namesOf(features)[i];
    labels.forEach((label, code) => {
      if (code !== drop) names.push(`${name}_${label}`);
    });
    width = names.length;
  });
  const { values: targets, offsets } = tablesOf(tables, Int32Array);
  const call = {
    inputs: [encoded(g, features, columns, unknown === 'error')],
    arrays: { targets, offsets },
  };
  const datatype = readDatatype(attr(encoder, 'dtype'));
  const made = SparseFeatures.ofKernel(g, 'one-hot', call, { width, names, datatype });
  return { transform: { features: made, datatype }, missing: true };
}

/** `drop`: per column the code, after grouping, that gets no column of its own. */
function droppedCodes(encoder: Place, width: number): (number | undefined)[] {
  const place = optionalAttr(encoder, '_drop_idx_after_grouping') ?? attr(encoder, 'drop_idx_');
  if (isNone(place)) return new Array(width).fill(undefined);
  const codes = items(place).map(code => (isNone(code) ? undefined : asNumber(code)));
  if (codes.length !== width) throw badFile(`${place.path}: expected ${width} codes, got ${codes.length}`);
  return codes;
}

/** The frequent categories, in their order, then one label for all others. */
function groupLabels({ labels }: Categories, group: Int32Array): readonly string[] {
  const last = group.reduce((largest, code) => Math.max(largest, code), 0);
  return [...labels.filter((_, code) => group[code] < last), 'infrequent_sklearn'];
}

function convertOrdinal({ g }: Conversion, encoder: Place, features: Features): Methods {
  const columns = readCategories(attr(encoder, 'categories_'), features.width);
  const groups = groupings(encoder, columns);
  const unknown = textParameter(encoder, 'handle_unknown', 'error');
  if (unknown !== 'error' && unknown !== 'use_encoded_value') throw unsupported(encoder, `handle_unknown '${unknown}'`);
  const unknownValue = unknown === 'error' ? Number.NaN : asNumber(attr(encoder, 'unknown_value'));
  // Before 1.1 missing values stayed NaN.
  const encodedMissing = optionalAttr(encoder, 'encoded_missing_value');
  const missingValue = encodedMissing === undefined ? Number.NaN : asNumber(encodedMissing);
  const missingCodes = attr(encoder, '_missing_indices');
  const tables = columns.map((column, i) => {
    const missing = optionalEntry(missingCodes, i)?.value;
    const values = Array.from({ length: column.count }, (_, code) =>
      code === missing ? missingValue : (groups[i]?.[code] ?? code),
    );
    return Float64Array.from([unknownValue, ...values]);
  });
  const values = lookedUp(g, encoded(g, features, columns, unknown === 'error'), tables);
  const datatype = readDatatype(attr(encoder, 'dtype'));
  const missingFrom = tables.some(table => table.some(Number.isNaN)) ? features.missingFrom : [];
  const made = new MatrixFeatures(g, values, features.names, datatype, missingFrom);
  return { transform: { features: made, datatype }, missing: true };
}
