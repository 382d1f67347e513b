import { badFile } from '../../formats/errors.js';
import { arg, asBool, asInt, asInt32, attr, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import type { Ref } from '../plan-builder.js';
import { rounded } from './datatypes.js';
import { vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import { keptColumns, readStatistics, withIndicator } from './imputers.js';
import type { Methods } from './methods.js';
import { isMissing, missingValue } from './missing-indicator.js';

export const iterativeImputerConverters: Record<string, EstimatorConverter> = { IterativeImputer: convertIterative };

/** Gaps are filled simply first; then each column's gaps are predicted from other columns, round after round. */
function convertIterative(conversion: Conversion, imputer: Place, features: Features): Methods {
  const { g } = conversion;
  if (asBool(attr(imputer, 'sample_posterior'))) throw unsupported(imputer, 'sample_posterior=True');
  if (optionalAttr(imputer, 'keep_empty_features')?.value === true)
    throw unsupported(imputer, 'keep_empty_features=True');
  const initial = attr(imputer, 'initial_imputer_');
  const { transform } = conversion.convert(initial, features);
  if (transform === undefined) throw badFile(`${initial.path}: expected an imputer`);
  const kept = keptColumns(initial, readStatistics(initial, features.width));
  const { datatype } = transform;
  const width = kept.length;
  const given = g.take(features.matrix(), kept);
  const gaps = isMissing(g, given, missingValue(imputer), features.datatype);
  const column = (values: Ref, at: number) => g.take(values, [at]);
  const columns = kept.map((_, at) => column(transform.features.matrix(), at));
  const [least, most] = ['_min_value', '_max_value'].map(name => vectorOf(attr(imputer, name), width));
  const rounds = asInt(attr(imputer, 'n_iter_')) === 0 ? [] : items(attr(imputer, 'imputation_sequence_'));
  for (const triplet of rounds) {
    const target = asInt(arg(triplet, 0));
    const sources = [...asInt32(arg(triplet, 1)).data];
    if ([target, ...sources].some(at => at < 0 || at >= width))
      throw badFile(`${triplet.path}: expected columns below ${width}, got ${target} from ${sources}`);
    const estimator = arg(triplet, 2);
    const { predict } = conversion.convert(
      estimator,
      new MatrixFeatures(g, g.concat(sources.map(at => columns[at])), undefined, datatype),
    );
    if (predict?.kind !== 'value') throw badFile(`${estimator.path}: expected a regressor`);
    const value = rounded(g, g.clip(g.reshape(predict.value, [-1, 1]), least[target], most[target]), datatype);
    columns[target] = g.where(column(gaps, target), value, columns[target]);
  }
  const made = new MatrixFeatures(g, g.concat(columns), transform.features.names, datatype);
  return { transform: withIndicator(g, imputer, features, made), missing: missingValue(imputer) === null };
}
