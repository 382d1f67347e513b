import { badFile } from '../../formats/errors.js';
import { asFloat64, asInt, asString, attr, items, optionalAttr, type Place } from '../../formats/pickle/access.js';
import { elements } from '../../formats/pickle/arrays.js';
import { NdArray, type PyValue } from '../../formats/pickle/values.js';
import type { GraphBuilder } from '../graph-builder.js';
import type { Ref } from '../plan-builder.js';
import { isFloat32, vectorOf } from './dense.js';
import { type Conversion, type EstimatorConverter, unsupported } from './estimator.js';
import { type Labels, labelValues, readLabels } from './labels.js';
import type { Methods } from './methods.js';

/** Estimators that give every row the same answer, whatever stands in it. */
export const dummyConverters: Record<string, EstimatorConverter> = {
  DummyClassifier: convertClassifier,
  DummyRegressor: convertRegressor,
};

function repeated(g: GraphBuilder, row: Float64Array | Int32Array, flat: boolean): Ref {
  const type = row instanceof Int32Array ? 'i32' : 'f64';
  const shape = flat ? [-1] : [-1, row.length];
  return g.kernel('repeat-row', { inputs: [], params: { flat }, arrays: { row }, outputs: [{ type, shape }] })[0];
}

function convertRegressor({ g }: Conversion, estimator: Place): Methods {
  const constant = attr(estimator, 'constant_');
  const { data } = asFloat64(constant);
  if (data.length !== asInt(attr(estimator, 'n_outputs_')))
    throw badFile(`${constant.path}: expected one value for each of the outputs, got ${data.length}`);
  const isInteger = constant.value instanceof NdArray && constant.value.dtype.kind === 'i';
  const datatype = isInteger ? 'INT64' : isFloat32(constant) ? 'FP32' : 'FP64';
  const value = repeated(g, data, data.length === 1);
  return { predict: { kind: 'value', value, datatype }, missing: true, infinite: true };
}

function convertClassifier({ g }: Conversion, estimator: Place): Methods {
  const strategy = asString(optionalAttr(estimator, '_strategy') ?? attr(estimator, 'strategy'));
  const single = asInt(attr(estimator, 'n_outputs_')) === 1;
  const perOutput = (place: Place): Place[] => (single ? [place] : items(place));
  const classes = perOutput(attr(estimator, 'classes_'));
  const priors = perOutput(attr(estimator, 'class_prior_'));
  const outputs = classes.map((place, output) => {
    const labels = readLabels(place);
    const shares = vectorOf(priors[output], labels.count);
    const choice = chosen(estimator, strategy, labels, shares, output);
    const probabilities = strategy === 'prior' ? shares : shares.map((_, i) => (i === choice ? 1 : 0));
    return { labels, index: repeated(g, Int32Array.of(choice), true), shares: repeated(g, probabilities, false) };
  });
  const understood = { missing: true, infinite: true };
  if (single) {
    const [{ index, labels, shares }] = outputs;
    return { predict: { kind: 'class', index, labels }, predictProba: shares, ...understood };
  }
  const predictProba = outputs.map(({ shares }) => shares);
  return { predict: { kind: 'classes', outputs }, predictProba, ...understood };
}

function chosen(estimator: Place, strategy: string, labels: Labels, shares: Float64Array, output: number): number {
  if (strategy === 'prior' || strategy === 'most_frequent') return shares.indexOf(Math.max(...shares));
  if (strategy !== 'constant') throw unsupported(estimator, `strategy '${strategy}', whose answers are random`);
  const place = attr(estimator, 'constant');
  const wanted = constants(place.value)[output];
  const known = (labels.texts ?? labelValues(labels)) as readonly PyValue[];
  const position = known.indexOf(wanted);
  if (position < 0) throw badFile(`${place.path}: ${JSON.stringify(wanted)} is none of the classes`);
  return position;
}

/** One constant for each output, however it was given. */
function constants(value: PyValue): readonly PyValue[] {
  if (value instanceof NdArray) return elements(value) ?? [];
  return Array.isArray(value) ? value.flat() : [value];
}
