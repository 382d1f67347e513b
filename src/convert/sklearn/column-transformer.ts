import { badFile } from '../../formats/errors.js';
import { asInt32, asString, attr, entry, item, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { type Conversion, type EstimatorConverter, shortName } from './estimator.js';
import type { Features } from './features.js';
import { JoinedFeatures } from './joined-features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';
import { prefixedNames, transformerWeight, weighted } from './union.js';

export const columnTransformerConverters: Record<string, EstimatorConverter> = {
  ColumnTransformer: convertColumnTransformer,
};

/** Every transformer takes its own columns; what they make stands side by side. */
function convertColumnTransformer(conversion: Conversion, estimator: Place, features: Features): Methods {
  const { g } = conversion;
  const name = nameFormat(estimator);
  const parts: Features[] = [];
  const names: string[] = [];
  let infinite = true;
  for (const member of items(attr(estimator, 'transformers_'))) {
    const transformer = asString(item(member, 0));
    const step = item(member, 1);
    const columns = columnsOf(estimator, transformer, features.width);
    if (step.value === 'drop' || columns.length === 0) continue;
    let made = features.select(columns);
    if (step.value !== 'passthrough') {
      const methods = conversion.convert(step, made);
      if (methods.transform === undefined) throw badFile(`${step.path}: a ${shortName(step)} transforms nothing`);
      infinite &&= methods.infinite === true;
      made = methods.transform.features;
    }
    names.push(...name(transformer, namesOf(made)));
    parts.push(weighted(g, made, transformerWeight(estimator, transformer)));
  }
  if (parts.length === 0) throw badFile(`${estimator.path}.transformers_: no column is left`);
  const joined = new JoinedFeatures(g, parts, names);
  return { transform: { features: joined, datatype: joined.datatype }, missing: true, infinite };
}

/**
 * Positions of a transformer's columns. However they were chosen (names, positions, slices, masks, a selector), scikit-learn
 * stores what that came to.
 */
function columnsOf(estimator: Place, transformer: string, width: number): readonly number[] {
  const place = entry(attr(estimator, '_transformer_to_input_indices'), transformer);
  const { data } = asInt32(place);
  for (const column of data)
    if (column < 0 || column >= width) throw badFile(`${place.path}: expected columns below ${width}, got ${column}`);
  return [...data];
}

/** How the columns that a transformer makes are called. */
function nameFormat(estimator: Place): (transformer: string, names: readonly string[]) => readonly string[] {
  const format = optionalAttr(estimator, 'verbose_feature_names_out')?.value;
  if (typeof format !== 'string') return (transformer, names) => prefixedNames(transformer, names, format !== false);
  return (transformer, names) =>
    names.map(name => format.replaceAll('{transformer_name}', transformer).replaceAll('{feature_name}', name));
}
