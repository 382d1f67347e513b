import { badFile } from '../../formats/errors.js';
import { asInt32, asString, attr, isNone, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { OutputDatatype } from '../plan.js';
import type { Ref } from '../plan-builder.js';
import { constantLike } from './elementwise-features.js';
import { type Features, MatrixFeatures } from './features.js';
import { namesOf } from './names.js';

/** What stands for a missing value: a number, a text, or null for NaN and missing texts. */
export type MissingValue = number | string | null;

export function missingValue(imputer: Place): MissingValue {
  const place = attr(imputer, 'missing_values');
  const { value } = place;
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  throw badFile(`${place.path}: expected a number or a text`);
}

/** Where numbers of a datatype are missing. */
export function isMissing(g: GraphBuilder, x: Ref, missing: MissingValue, datatype: OutputDatatype): Ref {
  if (missing === null) return g.isNaN(x);
  if (typeof missing === 'number') return g.equal(x, constantLike(g, Float64Array.of(missing), datatype));
  throw badFile(`missing_values '${missing}': a text cannot be missing among numbers`);
}

export interface Indication {
  readonly indicator: Place;
  /** Which columns are text; none when absent. */
  readonly text?: readonly boolean[];
  /** Whether columns that the indicator does not tell about must be complete. */
  readonly strict: boolean;
}

/** A MissingIndicator's result: for some of the columns, whether their values are missing. */
export function indicated(g: GraphBuilder, features: Features, { indicator, text, strict }: Indication): Features {
  const names = namesOf(features);
  const kept = indicatedColumns(indicator, features.width);
  const complete = names.map((name, column) => ({ column, name })).filter(({ column }) => !kept.includes(column));
  const missing = missingValue(indicator);
  const madeNames = kept.map(column => `missingindicator_${names[column]}`);
  const made = (mask: Ref) => new MatrixFeatures(g, mask, madeNames, 'BOOL');
  const anyText = text?.includes(true) ?? typeof missing === 'string';
  if (!anyText && (!strict || complete.length === 0)) {
    const mask = isMissing(g, g.take(features.matrix(), kept), missing, features.datatype);
    return made(g.cast(mask, 'f64'));
  }
  const [mask] = g.kernel('missing', {
    inputs: anyText
      ? names.map((_, column) => features.column(column, (text?.[column] ?? true) ? 'str' : 'f64'))
      : [features.matrix()],
    params: { missing, kept, complete: strict ? complete : [] },
    outputs: [{ type: 'f64', shape: [-1, kept.length] }],
  });
  return made(mask);
}

function indicatedColumns(indicator: Place, width: number): readonly number[] {
  const place = attr(indicator, 'features_');
  const { data } = asInt32(place);
  const wrong = data.find(column => column < 0 || column >= width);
  if (wrong !== undefined) throw badFile(`${place.path}: expected columns below ${width}, got ${wrong}`);
  return [...data];
}

/** Whether the indicator complains of values missing in columns that were complete when it was fitted. */
export function isStrict(indicator: Place): boolean {
  return asString(attr(indicator, 'features')) === 'missing-only' && attr(indicator, 'error_on_new').value === true;
}

/** The indicator that an imputer was told to add, if any. */
export function addedIndicator(imputer: Place): Place | undefined {
  const indicator = optionalAttr(imputer, 'indicator_');
  return indicator === undefined || isNone(indicator) ? undefined : indicator;
}
