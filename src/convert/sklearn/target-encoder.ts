import { badFile } from '../../formats/errors.js';
import { asFloat64, asString, attr, items, type Place } from '../../formats/pickle/access.js';
import { encoded, lookedUp, readCategories, readColumn } from './categories.js';
import { vectorOf } from './dense.js';
import type { Conversion, EstimatorConverter } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';
import { namesOf } from './names.js';

export const targetEncoderConverters: Record<string, EstimatorConverter> = { TargetEncoder: convertTargetEncoder };

/** Categories become the mean target seen with them - one mean per class for several classes - and unknown ones the mean of all. */
function convertTargetEncoder({ g }: Conversion, encoder: Place, features: Features): Methods {
  const columns = readCategories(attr(encoder, 'categories_'), features.width);
  const several = asString(attr(encoder, 'target_type_')) === 'multiclass';
  const classes = several ? readColumn(attr(encoder, 'classes_')).labels : [''];
  const means = asFloat64(attr(encoder, 'target_mean_')).data;
  const encodings = attr(encoder, 'encodings_');
  const tables = items(encodings).map((encoding, i) => {
    const { count } = columns[Math.floor(i / classes.length)] ?? { count: 0 };
    return Float64Array.of(means[i % classes.length], ...vectorOf(encoding, count));
  });
  if (tables.length !== columns.length * classes.length || means.length !== classes.length)
    throw badFile(`${encodings.path}: expected ${columns.length * classes.length} arrays, got ${tables.length}`);
  const sources = tables.map((_, i) => Math.floor(i / classes.length));
  const values = lookedUp(g, encoded(g, features, columns, false), tables, sources);
  const own = namesOf(features);
  const names = several ? own.flatMap(name => classes.map(label => `${name}_${label}`)) : own;
  return { transform: { features: new MatrixFeatures(g, values, names), datatype: 'FP64' }, missing: true };
}
