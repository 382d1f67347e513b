import { badFile } from '../../formats/errors.js';
import { asArray, asInt, asString, attr, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { elements } from '../../formats/pickle/arrays.js';
import type { PyValue } from '../../formats/pickle/values.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { commonDatatype, floatOf, rounded } from './datatypes.js';
import { denseMatrix, matrixOf } from './dense.js';
import { type Conversion, type EstimatorConverter, isSince, textParameter, unsupported } from './estimator.js';
import { ColumnFeatures, type Features, MatrixFeatures, pickNames } from './features.js';
import { JoinedFeatures } from './joined-features.js';
import type { Methods, Transformed } from './methods.js';
import { addedIndicator, indicated, isMissing, isStrict, missingValue } from './missing-indicator.js';

export const imputerConverters: Record<string, EstimatorConverter> = {
  SimpleImputer: convertSimpleImputer,
  MissingIndicator: convertMissingIndicator,
  KNNImputer: convertKnnImputer,
};

function convertSimpleImputer({ g }: Conversion, imputer: Place, features: Features): Methods {
  const statistics = readStatistics(imputer, features.width);
  const kept = keptColumns(imputer, statistics);
  const text = statistics.map(value => typeof value === 'string');
  const missing = missingValue(imputer);
  const fills = missing === null && !kept.some(column => Number.isNaN(statistics[column]));
  const missingFrom = fills ? [] : features.missingFrom;
  const names = pickNames(features.names, kept);
  const numbers = (column: number) => Number(statistics[column] ?? Number.NaN);
  let made: Features;
  if (text.includes(true)) {
    const columns = kept.map(column => {
      if (text[column]) return filledText(g, features.column(column, 'str'), missing, statistics[column] as string);
      const x = features.column(column, 'f64');
      return g.where(isMissing(g, x, missing, 'FP64'), numbers(column), x);
    });
    made = new ColumnFeatures(g, columns, names, 'FP64', missingFrom);
  } else {
    // Strategies that never compute keep whole numbers as they are.
    const strategy = asString(attr(imputer, 'strategy'));
    const keeps = strategy === 'most_frequent' || strategy === 'constant';
    const datatype = keeps ? features.datatype : floatOf(features.datatype);
    const x = kept.length < features.width ? g.take(features.matrix(), kept) : features.matrix();
    const fill = g.constant(Float64Array.from(kept, numbers));
    const filled = g.where(isMissing(g, x, missing, features.datatype), fill, x);
    made = new MatrixFeatures(g, rounded(g, filled, floatOf(datatype)), names, datatype, missingFrom);
  }
  return { transform: withIndicator(g, imputer, features, made, text), missing: missing === null };
}

type Statistic = string | number | null;

export function readStatistics(imputer: Place, width: number): Statistic[] {
  const place = attr(imputer, 'statistics_');
  const values = elements(asArray(place)) ?? [];
  if (values.length !== width) throw badFile(`${place.path}: expected ${width} values, got ${values.length}`);
  return values.map((value: PyValue, i) => {
    if (value === null || typeof value === 'string' || typeof value === 'number') return value;
    if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
    throw badFile(`${place.path}[${i}]: expected a number or a text`);
  });
}

/** Columns that had nothing to impute from are left out, unless the imputer was told otherwise. */
export function keptColumns(imputer: Place, statistics: readonly Statistic[]): number[] {
  const constant = optionalAttr(imputer, 'strategy')?.value === 'constant' && !isSince(imputer, 1, 8);
  const keepAll = constant || optionalAttr(imputer, 'keep_empty_features')?.value === true;
  return [...statistics.keys()].filter(column => keepAll || !Number.isNaN(statistics[column]));
}

function filledText(g: GraphBuilder, texts: Ref, missing: string | number | null, fill: string): Ref {
  if (typeof missing === 'number') return texts;
  return g.kernel('fill-text', { inputs: [texts], params: { missing, fill }, outputs: [texts] })[0];
}

/** What an imputer made, and the indicator of what was missing beside it. */
export function withIndicator(
  g: GraphBuilder,
  imputer: Place,
  features: Features,
  made: Features,
  text?: readonly boolean[],
): Transformed {
  const indicator = addedIndicator(imputer);
  if (indicator === undefined) return { features: made, datatype: made.datatype };
  const mask = indicated(g, features, { indicator, text, strict: false });
  const names = made.names && mask.names && [...made.names, ...mask.names];
  const joined = new JoinedFeatures(g, [made, mask], names);
  return { features: joined, datatype: commonDatatype([made.datatype, mask.datatype]) };
}

function convertMissingIndicator({ g }: Conversion, indicator: Place, features: Features): Methods {
  const made = indicated(g, features, { indicator, strict: isStrict(indicator) });
  return { transform: { features: made, datatype: 'BOOL' }, missing: true };
}

function convertKnnImputer({ g }: Conversion, imputer: Place, features: Features): Methods {
  const weights = textParameter(imputer, 'weights', '');
  if (weights !== 'uniform' && weights !== 'distance') throw unsupported(imputer, 'weights by a function');
  const metric = textParameter(imputer, 'metric', '');
  if (metric !== 'nan_euclidean') throw unsupported(imputer, 'a metric of its own');
  const missing = missingValue(imputer);
  if (typeof missing === 'string') throw unsupported(imputer, 'missing_values that are text');
  const fitted = matrixOf(attr(imputer, '_fit_X'), undefined, features.width);
  const absent = denseMatrix(attr(imputer, '_mask_fit_X'));
  if (absent.rows !== fitted.rows || absent.columns !== fitted.columns)
    throw badFile(`${imputer.path}._mask_fit_X: expected shape [${fitted.rows},${fitted.columns}]`);
  const present = Uint8Array.from(absent.data, value => (value === 0 ? 1 : 0));
  const keepAll = optionalAttr(imputer, 'keep_empty_features')?.value === true;
  const hasNumbers = (column: number) => present.some((is, at) => is === 1 && at % fitted.columns === column);
  const kept = Array.from({ length: features.width }, (_, column) => column).filter(c => keepAll || hasNumbers(c));
  const [values] = g.kernel('knn-impute', {
    inputs: [features.matrix()],
    params: {
      neighbors: neighborsOf(imputer),
      weighted: weights === 'distance',
      countsUnknown: weights === 'uniform' && !isSince(imputer, 1, 6),
      missing,
      columns: features.width,
      kept,
    },
    arrays: { fitted: fitted.data, present },
    outputs: [{ type: 'f64', shape: [-1, kept.length] }],
  });
  const datatype = floatOf(features.datatype);
  const made = new MatrixFeatures(g, rounded(g, values, datatype), pickNames(features.names, kept), datatype);
  return { transform: withIndicator(g, imputer, features, made), missing: missing === null };
}

function neighborsOf(imputer: Place): number {
  const place = attr(imputer, 'n_neighbors');
  const count = asInt(place);
  if (count < 1) throw badFile(`${place.path}: expected 1 neighbour or more, got ${count}`);
  return count;
}
