import { badFile } from '../../formats/errors.js';
import { asNumber, asString, attr, type Place } from '../../formats/pickle/access.js';
import { encoded, lookedUp, readColumn } from './categories.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Features, MatrixFeatures } from './features.js';
import type { Methods } from './methods.js';

/** Transformers of labels. Their input is one column; a column per label set does not fit a tensor, so there is no third one. */
export const labelTransformerConverters: Record<string, EstimatorConverter> = {
  LabelEncoder: convertLabelEncoder,
  LabelBinarizer: convertLabelBinarizer,
};

function convertLabelEncoder({ g }: Conversion, encoder: Place, features: Features): Methods {
  const codes = encoded(g, features, [readColumn(attr(encoder, 'classes_'))], true);
  const value = g.reshape(codes, [-1]);
  return { others: [{ method: 'transform', value, datatype: 'INT64' }], missing: false };
}

/** A column per class, or one column for two classes, that says whether a label is that class. */
function convertLabelBinarizer({ g }: Conversion, binarizer: Place, features: Features): Methods {
  const type = asString(attr(binarizer, 'y_type_'));
  if (type !== 'binary' && type !== 'multiclass') throw unsupported(binarizer, `labels of type ${type}`);
  const place = attr(binarizer, 'classes_');
  const classes = readColumn(place);
  if (classes.count === 0) throw badFile(`${place.path}: expected at least one class`);
  const no = asNumber(attr(binarizer, 'neg_label'));
  const yes = asNumber(attr(binarizer, 'pos_label'));
  // A single class gives a column of "no"; two give a column for the second.
  const first = classes.count === 2 ? 1 : 0;
  const tables: Float64Array[] = [];
  for (let own = first; own < classes.count; own++) {
    const table = new Float64Array(classes.count + 1).fill(no);
    if (classes.count > 1) table[own + 1] = yes;
    tables.push(table);
  }
  const values = lookedUp(g, encoded(g, features, [classes], false), tables, new Array(tables.length).fill(0));
  return { transform: { features: new MatrixFeatures(g, values), datatype: 'INT64' }, missing: false };
}
