import type { Datatype } from '../../core/datatype.js';
import type { ParameterValue } from '../../core/tensor.js';
import { badFile } from '../../formats/errors.js';
import { asArray, asStrings, type Place } from '../../formats/pickle/access.js';
import { type elements, numbersOf } from '../../formats/pickle/arrays.js';
import type { ElementType, StoredArray } from '../../kernels/value.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';

/** The classes of a classifier, in scikit-learn's order. */
export interface Labels {
  readonly count: number;
  readonly datatype: Datatype;
  /** One of the two. */
  readonly array?: StoredArray;
  readonly texts?: readonly string[];
}

/** Reads `classes_`: whole numbers -> INT64, booleans -> BOOL, floats -> FP64, text and objects -> BYTES. */
export function readLabels(place: Place): Labels {
  const array = asArray(place);
  const count = array.shape[0] ?? 0;
  if (array.shape.length !== 1) throw badFile(`${place.path}: expected a list of classes, got shape [${array.shape}]`);
  const { kind } = array.dtype;
  if (kind === 'U' || kind === 'S') return { count, datatype: 'BYTES', texts: asStrings(place) };
  if (array.objects !== null) return objectLabels(place, array.objects);
  const numbers = numbersOf(array);
  if (numbers === undefined) throw badFile(`${place.path}: classes of type ${array.dtype.text} cannot be served`);
  if (kind === 'b') return { count, datatype: 'BOOL', array: numbers as Uint8Array };
  if (kind === 'f') return { count, datatype: 'FP64', array: Float64Array.from(numbers as Float64Array) };
  const whole =
    numbers instanceof BigInt64Array ? numbers : BigInt64Array.from(Array.from(numbers as Int32Array, BigInt));
  return { count, datatype: 'INT64', array: whole };
}

function objectLabels(place: Place, values: ReturnType<typeof elements> & object): Labels {
  if (values.every(value => typeof value === 'string'))
    return { count: values.length, datatype: 'BYTES', texts: values as string[] };
  throw badFile(`${place.path}: classes must be of one type: text, numbers or booleans`);
}

/** The class at each position: i32 [rows] (or any shape) -> labels of the same shape. */
export function labelsAt(g: GraphBuilder, positions: Ref, labels: Labels): Ref {
  const { shape } = positions;
  if (labels.texts !== undefined) {
    const [texts] = g.kernel('labels', {
      inputs: [positions],
      params: { texts: labels.texts },
      outputs: [{ type: 'str', shape }],
    });
    return texts;
  }
  const type = elementType(labels);
  const [values] = g.kernel('labels', {
    inputs: [positions],
    params: { booleans: type === 'bool' },
    arrays: { classes: labels.array! },
    outputs: [{ type, shape }],
  });
  return values;
}

export interface LabelColumn {
  /** i32 [rows] */
  readonly index: Ref;
  readonly labels: Labels;
}

/** Classes of several outputs, which scikit-learn keeps in one array and so in one type: [rows, outputs]. */
export function labelColumnsAt(g: GraphBuilder, columns: readonly LabelColumn[]): Ref {
  const shape = [-1, columns.length];
  const [{ labels }] = columns;
  const texts = labels.texts && columns.map(column => column.labels.texts);
  const type = elementType(labels);
  const arrays = labels.texts ? {} : Object.fromEntries(columns.map(({ labels }, i) => [i, labels.array!]));
  const [values] = g.kernel('label-columns', {
    inputs: columns.map(({ index }) => index),
    params: { texts, booleans: type === 'bool' },
    arrays,
    outputs: [{ type, shape }],
  });
  return values;
}

function elementType({ texts, datatype }: Labels): ElementType {
  if (texts !== undefined) return 'str';
  if (datatype === 'INT32') return 'i32';
  return datatype === 'BOOL' ? 'bool' : datatype === 'INT64' ? 'i64' : 'f64';
}

/** For metadata. */
export function labelValues(labels: Labels): ParameterValue[] {
  if (labels.texts !== undefined) return [...labels.texts];
  return Array.from(labels.array as Float64Array, value =>
    labels.datatype === 'BOOL' ? Number(value) === 1 : Number(value),
  );
}

/** Labels as float64; undefined for text. */
export function numericLabels({ array }: Labels): Float64Array | undefined {
  return array && Float64Array.from(array as Float64Array, Number);
}

/** The labels at these positions, in the order given. */
export function selectLabels({ datatype, array, texts }: Labels, positions: Int32Array): Labels {
  const count = positions.length;
  if (texts !== undefined) return { count, datatype, texts: Array.from(positions, position => texts[position]) };
  const chosen = array!.slice(0, count);
  positions.forEach((position, i) => {
    chosen[i] = array![position];
  });
  return { count, datatype, array: chosen };
}
