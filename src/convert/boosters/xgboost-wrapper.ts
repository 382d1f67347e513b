import { ServerError } from '../../core/errors.js';
import { Field } from '../../formats/document.js';
import { parseJson } from '../../formats/json-bounded.js';
import type { XgboostModel } from '../../formats/xgboost-model.js';
import type { NumberLabels } from './class-labels.js';

/** The scikit-learn class that saved a booster, as far as the file tells. */
export interface XgboostWrapper {
  readonly kind: 'classifier' | 'regressor' | 'ranker' | 'booster';
  readonly name: string;
  /** Labels, where the file has its own (1.x); absent: 0, 1, ... */
  readonly classes?: readonly (number | string)[];
}

const NAMES = { classifier: 'XGBClassifier', regressor: 'XGBRegressor', ranker: 'XGBRanker' } as const;

export function xgboostWrapper(model: XgboostModel): XgboostWrapper {
  const text = model.attributes.get('scikit_learn');
  if (text === undefined) return { kind: 'booster', name: 'Booster' };
  const about = new Field(parseJson(Buffer.from(text)), 'attributes.scikit_learn');
  const type = about.find('_estimator_type')?.text();
  if (type !== 'classifier' && type !== 'regressor' && type !== 'ranker') return { kind: 'booster', name: 'Booster' };
  const encoder = about.find('_le');
  const classes = (encoder ?? about).find('classes_');
  return { kind: type, name: NAMES[type], classes: classes?.items().map(readLabel) };
}

function readLabel(field: Field): number | string {
  return typeof field.value === 'string' ? field.value : field.number();
}

/** The labels of a classifier's positions. */
export function wrapperLabels(wrapper: XgboostWrapper, model: XgboostModel): readonly (number | string)[] {
  const count = Math.max(2, model.classes);
  const labels = wrapper.classes ?? Array.from({ length: count }, (_, i) => i);
  if (labels.length === count) return labels;
  throw new ServerError('INVALID_ARGUMENT', `${labels.length} labels for a model of ${count} classes`);
}

/** The datatype that XGBClassifier.predict gives to labels that are numbers. */
export function wrapperDatatype(model: XgboostModel): NumberLabels | undefined {
  if (model.targets > 1) return 'FP64';
  return model.objective === 'multi:softmax' ? 'INT32' : undefined;
}
