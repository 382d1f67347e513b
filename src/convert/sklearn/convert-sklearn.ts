import { badFile } from '../../formats/errors.js';
import { asString, asStrings, attr, className, optionalAttr, type Place, root } from '../../formats/pickle/access.js';
import type { PyValue } from '../../formats/pickle/values.js';
import { GraphBuilder, type OutputDatatype, output, type Ref } from '../graph-builder.js';
import type { ModelPlan, PlanAbout, PlanInput, PlanOutput } from '../plan.js';
import { converters } from './catalogue.js';
import { describeEstimator } from './describe.js';
import { type Conversion, shortName } from './estimator.js';
import { type Features, RequestFeatures } from './features.js';
import { inputWidth } from './input-width.js';
import { labelColumnsAt, labelsAt, labelValues } from './labels.js';
import type { Methods } from './methods.js';

/** Estimators inside estimators. */
const MAX_DEPTH = 40;

/** The plan of a fitted estimator as a file holds it. Throws INVALID_ARGUMENT naming what cannot be served. */
export function convertSklearn(value: PyValue): ModelPlan {
  const estimator = root(value);
  const names = featureNames(estimator);
  const g = new GraphBuilder(inputWidth(estimator));
  const methods = new SklearnConversion(g).convert(estimator, new RequestFeatures(g, names));
  const outputs = outputsOf(g, methods);
  if (outputs.length === 0)
    throw badFile(`${estimator.path}: a ${shortName(estimator)} answers nothing that can be served`);
  const about: PlanAbout = {
    library: 'scikit-learn',
    libraryVersion: asString(attr(estimator, '_sklearn_version')),
    estimator: describeEstimator(estimator),
    classes: methods.predict?.kind === 'class' ? labelValues(methods.predict.labels) : undefined,
  };
  const input: PlanInput = {
    columns: g.columns,
    names,
    types: 'number',
    datatype: 'FP64',
    missing: methods.missing,
    infinite: methods.infinite,
  };
  return g.build(about, input, outputs);
}

function featureNames(estimator: Place): string[] | undefined {
  const names = optionalAttr(estimator, 'feature_names_in_');
  return names && asStrings(names);
}

class SklearnConversion implements Conversion {
  private depth = 0;

  constructor(readonly g: GraphBuilder) {}

  convert(estimator: Place, features: Features): Methods {
    const converter = converters.get(shortName(estimator));
    if (converter === undefined || !className(estimator).startsWith('sklearn.')) {
      throw badFile(`${estimator.path}: a ${className(estimator)} cannot be served`);
    }
    if (++this.depth > MAX_DEPTH)
      throw badFile(`${estimator.path}: more than ${MAX_DEPTH} estimators inside each other`);
    const methods = converter(this, estimator, features);
    this.depth--;
    return methods;
  }
}

function outputsOf(g: GraphBuilder, methods: Methods): PlanOutput[] {
  const outputs: PlanOutput[] = [];
  const { predict, decisionFunction, scoreSamples, transform } = methods;
  const floats = methods.keepsFloat32 === true ? 'float' : 'FP64';
  if (predict?.kind === 'class')
    outputs.push(output('predict', labelsAt(g, predict.index, predict.labels), predict.labels.datatype));
  if (predict?.kind === 'classes') {
    const [{ labels }] = predict.outputs;
    outputs.push(output('predict', labelColumnsAt(g, predict.outputs), labels.datatype));
  }
  if (predict?.kind === 'value') outputs.push(output('predict', predict.value, predict.datatype));
  outputs.push(...probabilityOutputs(g, methods, floats));
  if (decisionFunction !== undefined) outputs.push(output('decision_function', decisionFunction, floats));
  if (scoreSamples !== undefined) outputs.push(output('score_samples', scoreSamples, floats));
  if (transform !== undefined) outputs.push(output('transform', transform.features.matrix(), transform.datatype));
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
      output('predict_proba', shares, datatype, `predict_proba${suffix}`),
      output('predict_log_proba', predictLogProba ?? g.log(shares), datatype, `predict_log_proba${suffix}`),
    ];
  });
}
