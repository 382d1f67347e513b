import type { Datatype } from '../../core/datatype.js';
import { ServerError } from '../../core/errors.js';
import { Field } from '../../formats/document.js';
import { parseJson } from '../../formats/json-bounded.js';
import type { XgboostModel } from '../../formats/xgboost-model.js';
import type { LabelsParams } from '../../kernels/labels.js';
import type { ElementType, StoredArray } from '../../kernels/value.js';

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

export interface ClassLabels {
  /** The parts of a call of the kernel `labels`. */
  readonly labels: { readonly params?: LabelsParams; readonly arrays?: Readonly<Record<string, StoredArray>> };
  readonly type: ElementType;
  readonly datatype: Datatype;
  readonly shown: readonly (number | string)[];
}

/** How positions become labels, in the datatype that XGBClassifier.predict has. */
export function xgboostClasses(wrapper: XgboostWrapper, model: XgboostModel): ClassLabels {
  const count = Math.max(2, model.classes);
  const shown = wrapper.classes ?? Array.from({ length: count }, (_, i) => i);
  if (shown.length !== count) {
    throw new ServerError('INVALID_ARGUMENT', `${shown.length} labels for a model of ${count} classes`);
  }
  if (shown.some(label => typeof label === 'string')) {
    return { labels: { params: { texts: shown.map(String) } }, type: 'str', datatype: 'BYTES', shown };
  }
  const numbers = shown as readonly number[];
  if (model.targets > 1) return inArray(Float64Array.from(numbers), 'f64', 'FP64', shown);
  if (model.objective === 'multi:softmax') return inArray(Int32Array.from(numbers), 'i32', 'INT32', shown);
  if (!numbers.every(Number.isSafeInteger)) return inArray(Float64Array.from(numbers), 'f64', 'FP64', shown);
  return inArray(BigInt64Array.from(numbers, BigInt), 'i64', 'INT64', shown);
}

function inArray(
  classes: StoredArray,
  type: ElementType,
  datatype: Datatype,
  shown: readonly (number | string)[],
): ClassLabels {
  return { labels: { arrays: { classes } }, type, datatype, shown };
}
