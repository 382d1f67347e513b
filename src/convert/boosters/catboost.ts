import type { Datatype } from '../../core/datatype.js';
import { ServerError } from '../../core/errors.js';
import { parseCatboost } from '../../formats/catboost.js';
import type { CatboostModel, CatboostSplit, NodeTree, SymmetricTree } from '../../formats/catboost-model.js';
import type { Numbers } from '../../formats/document.js';
import { GraphBuilder } from '../graph-builder.js';
import type { ModelPlan } from '../plan.js';
import { output, type Ref } from '../plan-builder.js';
import { MISSING, type TreeSpec } from '../tree-spec.js';
import { addTrees } from '../trees.js';
import { addLabels } from './class-labels.js';

/** A saved model -> plan: a classifier answers labels and probabilities, a regressor or ranker the sum (or its exponent). */
export function convertCatboostFile(bytes: Uint8Array): ModelPlan {
  const model = parseCatboost(bytes);
  const g = new GraphBuilder(model.columns);
  const answers = addCatboost(g, g.rows('f32'), model);
  const about = {
    library: 'catboost',
    libraryVersion: /\d+\.\d+(\.\d+)*/.exec(model.libraryVersion)?.[0] ?? '',
    estimator: `CatBoost(loss_function='${model.loss}', trees=${model.trees.length})`,
    classes: answers.classes,
  };
  const input = {
    columns: model.columns,
    names: model.names.every(name => name !== '') ? model.names : undefined,
    types: 'number',
    datatype: 'FP32',
    missing: true,
    infinite: true,
  } as const;
  const outputs = [output('predict', answers.predict, answers.datatype)];
  if (answers.probabilities !== undefined) outputs.push(output('predict_proba', answers.probabilities));
  return g.build(about, input, outputs);
}

export interface CatboostAnswers {
  /** Labels, or numbers (f64). [rows], [rows, 1] for the label of more than two classes, [rows, targets] for several targets. */
  readonly predict: Ref;
  readonly datatype: Datatype;
  /** f64 [rows, classes]. */
  readonly probabilities?: Ref;
  readonly classes?: readonly (number | string)[];
}

const BINARY = new Set(['Logloss', 'CrossEntropy', 'Focal']);
const MULTICLASS = new Set(['MultiClass', 'MultiClassOneVsAll']);
const EXPONENT = new Set(['Poisson', 'Tweedie']);
/** Losses whose models answer the sum; '' stands in files that do not tell. */
const RAW = new Set([
  ...[
    '',
    'RMSE',
    'MAE',
    'MAPE',
    'Quantile',
    'MultiQuantile',
    'LogLinQuantile',
    'GroupQuantile',
    'Lq',
    'Huber',
    'Expectile',
  ],
  ...['LogCosh', 'MultiRMSE', 'MultiRMSEWithMissingValues', 'SurvivalAft', 'Cox', 'PythonUserDefinedPerObject'],
  ...[
    'YetiRank',
    'YetiRankPairwise',
    'PairLogit',
    'PairLogitPairwise',
    'QueryRMSE',
    'QuerySoftMax',
    'QueryCrossEntropy',
  ],
  ...['StochasticFilter', 'StochasticRank', 'LambdaMart'],
]);

/** Adds a model to a graph. `x`: [rows, columns], f32, or f64, which is rounded. */
function addCatboost(g: GraphBuilder, x: Ref, model: CatboostModel): CatboostAnswers {
  const { loss, dimension } = model;
  const raw = addSums(g, x, model);
  if (BINARY.has(loss)) return binaryAnswers(g, raw, model);
  if (MULTICLASS.has(loss)) return multiclassAnswers(g, raw, model);
  if (EXPONENT.has(loss) && dimension === 1) {
    const params = { name: 'exp', factor: 1 };
    return { predict: g.kernel('transform', { inputs: [raw], params, outputs: [raw] })[0], datatype: 'FP64' };
  }
  if (RAW.has(loss)) return { predict: raw, datatype: 'FP64' };
  throw new ServerError('INVALID_ARGUMENT', `CatBoost's loss function '${loss}' is not known`);
}

function binaryAnswers(g: GraphBuilder, raw: Ref, model: CatboostModel): CatboostAnswers {
  const { threshold } = model;
  if (model.dimension !== 1 || !(threshold > 0 && threshold < 1)) {
    throw new ServerError('INVALID_ARGUMENT', `two classes with ${model.dimension} sums and threshold ${threshold}`);
  }
  const classes = labelsOf(model, 2);
  const limit = threshold === 0.5 ? 0 : -Math.log(1 / threshold - 1);
  const [positions] = g.kernel('above', { inputs: [raw], params: { limit }, outputs: [{ type: 'i32', shape: [-1] }] });
  const params = { name: 'sigmoid', factor: 1 };
  const [second] = g.kernel('transform', { inputs: [raw], params, outputs: [raw] });
  const both = [{ type: 'f64', shape: [-1, 2] }] as const;
  const [probabilities] = g.kernel('bothClasses', { inputs: [second], outputs: both });
  return { ...addLabels(g, positions, classes), probabilities, classes };
}

function multiclassAnswers(g: GraphBuilder, raw: Ref, model: CatboostModel): CatboostAnswers {
  const classes = labelsOf(model, model.dimension);
  const column = { column: true };
  const place = [{ type: 'i32', shape: [-1, 1] }] as const;
  const [positions] = g.kernel('argmax', { inputs: [raw], params: column, outputs: place });
  const [probabilities] =
    model.loss === 'MultiClass'
      ? g.kernel('softmax', { inputs: [raw], outputs: [raw] })
      : g.kernel('transform', { inputs: [raw], params: { name: 'sigmoid', factor: 1 }, outputs: [raw] });
  return { ...addLabels(g, positions, classes), probabilities, classes };
}

function labelsOf({ classes }: CatboostModel, count: number): readonly (number | string)[] {
  if (classes.length === 0) return Array.from({ length: count }, (_, i) => i);
  if (classes.length === count) return classes;
  throw new ServerError('INVALID_ARGUMENT', `${classes.length} labels for a model of ${count} classes`);
}

function addSums(g: GraphBuilder, x: Ref, { dimension, trees, scale, bias }: CatboostModel): Ref {
  if (!Number.isFinite(scale)) throw new ServerError('INVALID_ARGUMENT', `CatBoost's scale is ${scale}`);
  const specs = trees.map(tree => ('no' in tree ? nodeSpec(tree, dimension) : symmetricSpec(tree, dimension)));
  return addTrees(g, x, specs, {
    outputs: dimension,
    width: dimension,
    float32Rows: true,
    flat: dimension === 1,
    scale,
    bias: bias.length === 1 ? new Array<number>(dimension).fill(bias[0]) : bias.length === 0 ? undefined : bias,
  });
}

/** A complete tree: its nodes level by level, then the leaves; the last question comes first, so leaves are in their order. */
function symmetricSpec({ splits, values }: SymmetricTree, dimension: number): TreeSpec {
  const depth = splits.length;
  const inner = 2 ** depth - 1;
  const leaves = inner + 1;
  const questions = Array.from({ length: inner }, (_, node) => splits[depth - 1 - levelOf(node)]);
  return spec(
    questions,
    questions.map((_, node) => 2 * node + 1),
    questions.map((_, node) => 2 * node + 2),
    leaves,
    values,
    dimension,
  );
}

/** Of a node of a complete tree that is numbered level by level. */
function levelOf(node: number): number {
  return 31 - Math.clz32(node + 1);
}

function nodeSpec({ splits, no, yes, values }: NodeTree, dimension: number): TreeSpec {
  const child = (number: number) => (number >= 0 ? number : splits.length - number - 1);
  return spec(splits, no.map(child), yes.map(child), values.length / dimension, values, dimension);
}

/** Inner nodes that ask `splits`, followed by the leaves. */
function spec(
  splits: readonly CatboostSplit[],
  no: readonly number[],
  yes: readonly number[],
  leaves: number,
  values: Numbers,
  dimension: number,
): TreeSpec {
  const atLeaves = (number: number) => new Array<number>(leaves).fill(number);
  const all = new Float64Array((splits.length + leaves) * dimension);
  all.set(values, splits.length * dimension);
  return {
    left: [...no, ...atLeaves(-1)],
    right: [...yes, ...atLeaves(-1)],
    feature: [...splits.map(({ column }) => column), ...atLeaves(0)],
    threshold: [...splits.map(({ border }) => border), ...atLeaves(0)],
    missing: [
      ...splits.map(({ missing }) => (missing === 'yes' ? MISSING.right : MISSING.left)),
      ...atLeaves(MISSING.left),
    ],
    values: all,
  };
}
