import { badFile } from '../../formats/errors.js';
import {
  asString,
  attr,
  className,
  optionalAttr,
  optionalEntry,
  type Place,
  root,
} from '../../formats/pickle/access.js';
import type { PyValue } from '../../formats/pickle/values.js';
import { GraphBuilder } from '../graph-builder.js';
import type { ModelPlan, OutputDatatype, PlanAbout, PlanInput, PlanOutput } from '../plan.js';
import { output, type Ref } from '../plan-builder.js';
import { boosterFile } from './booster-files.js';
import { converters } from './catalogue.js';
import { describeEstimator } from './describe.js';
import { type Conversion, shortName } from './estimator.js';
import { type Features, MatrixFeatures, RequestFeatures } from './features.js';
import { labelColumnsAt, labelsAt, labelValues } from './labels.js';
import type { Methods, Transformed } from './methods.js';
import { inputTypes, readModelInput } from './model-input.js';
import { namesOf, numberedNames } from './names.js';
import { transformOutputs } from './transform-outputs.js';

/** Estimators inside estimators. */
const MAX_DEPTH = 40;

/** The plan of a fitted estimator as a file holds it. Throws INVALID_ARGUMENT naming what cannot be served. */
export function convertSklearn(value: PyValue): ModelPlan {
  const estimator = root(value);
  const input = readModelInput(estimator);
  if (input.columns === undefined) throw badFile(`${estimator.path}: the file does not say how many columns it takes`);
  const g = new GraphBuilder(input.columns);
  const conversion = new SklearnConversion(g);
  const names = namesOf({ width: input.columns, names: input.names });
  const methods = conversion.convert(estimator, new RequestFeatures(g, names));
  const outputs = outputsOf(g, methods);
  if (outputs.length === 0)
    throw badFile(`${estimator.path}: a ${shortName(estimator)} answers nothing that can be served`);
  const about: PlanAbout = {
    ...madeBy(estimator),
    estimator: describeEstimator(estimator),
    classes: methods.predict?.kind === 'class' ? labelValues(methods.predict.labels) : undefined,
  };
  const plan: PlanInput = {
    columns: g.columns,
    names: input.names,
    types: inputTypes(g, input),
    datatype: about.library === 'xgboost' ? 'FP32' : 'FP64',
    missing: conversion.missing(),
    others: input.chooses,
    infinite: methods.infinite,
  };
  return g.build(about, plan, outputs);
}

function madeBy(estimator: Place): Pick<PlanAbout, 'library' | 'libraryVersion'> {
  const booster = boosterFile(estimator);
  if (booster === undefined)
    return { library: 'scikit-learn', libraryVersion: asString(attr(estimator, '_sklearn_version')) };
  const { version } = booster.model;
  return { library: booster.library, libraryVersion: typeof version === 'string' ? version : version.join('.') };
}

class SklearnConversion implements Conversion {
  private depth = 0;
  /** Columns of the request in which some estimator does not take missing values. */
  private readonly refused = new Set<number>();

  constructor(readonly g: GraphBuilder) {}

  convert(estimator: Place, features: Features): Methods {
    const name = className(estimator);
    const converter = converters.get(name.startsWith('sklearn.') ? shortName(estimator) : name);
    if (converter === undefined) {
      throw badFile(`${estimator.path}: a ${className(estimator)} cannot be served`);
    }
    if (++this.depth > MAX_DEPTH)
      throw badFile(`${estimator.path}: more than ${MAX_DEPTH} estimators inside each other`);
    const methods = converter(this, estimator, features);
    this.depth--;
    if (!methods.missing) for (const column of features.missingFrom) this.refused.add(column);
    return methods.transform ? { ...methods, transform: completed(estimator, methods.transform) } : methods;
  }

  missing(): boolean | readonly boolean[] {
    if (this.refused.size === 0) return true;
    if (this.refused.size === this.g.columns) return false;
    return Array.from({ length: this.g.columns }, (_, column) => !this.refused.has(column));
  }
}

/**
 * Lets features know their datatype and - where their transformer does not say - their names, and a transformer that was told
 * to (set_output) answer a frame.
 */
function completed(estimator: Place, { features, datatype, frame }: Transformed): Transformed {
  const names = features.names ?? numberedNames(shortName(estimator), features.width);
  const typed = features instanceof MatrixFeatures ? features.as(datatype, names) : features;
  const config = optionalAttr(estimator, '_sklearn_output_config');
  const container = config && optionalEntry(config, 'transform')?.value;
  return { features: typed, datatype, frame: frame || container === 'pandas' || container === 'polars' };
}

function outputsOf(g: GraphBuilder, methods: Methods): PlanOutput[] {
  const outputs: PlanOutput[] = [];
  const { predict, decisionFunction, scoreSamples, transform } = methods;
  const floats = methods.precision ?? 'FP64';
  if (predict?.kind === 'class') {
    const { index, labels, shortcut } = predict;
    outputs.push({
      ...output('predict', labelsAt(g, index, labels), labels.datatype),
      shortcut: shortcut && { value: labelsAt(g, shortcut.index, labels).id, sure: shortcut.sure.id },
    });
  }
  if (predict?.kind === 'classes') {
    const [{ labels }] = predict.outputs;
    outputs.push(output('predict', labelColumnsAt(g, predict.outputs), labels.datatype));
  }
  if (predict?.kind === 'value') outputs.push(output('predict', predict.value, predict.datatype));
  outputs.push(...probabilityOutputs(g, methods, floats));
  if (decisionFunction !== undefined) outputs.push(output('decision_function', decisionFunction, floats));
  if (scoreSamples !== undefined) outputs.push(output('score_samples', scoreSamples, floats));
  if (transform !== undefined) outputs.push(...transformOutputs(g, transform));
  for (const { method, name, value, datatype } of methods.others ?? [])
    outputs.push(output(method, value, datatype, name));
  return outputs;
}

/** One matrix of probabilities and of their logarithms, or one of each for every output of the estimator. */
function probabilityOutputs(
  g: GraphBuilder,
  { predictProba, predictLogProba }: Methods,
  datatype: OutputDatatype,
): PlanOutput[] {
  if (predictProba === undefined) return [];
  const several = Array.isArray(predictProba);
  const all = (several ? predictProba : [predictProba]) as readonly Ref[];
  return all.flatMap((shares, i) => {
    const suffix = several ? `-${i}` : '';
    return [
      output('predict_proba', shares, shares.type === 'f32' ? 'FP32' : datatype, `predict_proba${suffix}`),
      output(
        'predict_log_proba',
        predictLogProba ?? g.log(shares),
        shares.type === 'f32' ? 'FP32' : datatype,
        `predict_log_proba${suffix}`,
      ),
    ];
  });
}
