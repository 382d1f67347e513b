import { ServerError } from '../../core/errors.js';
import { parseXgboost } from '../../formats/xgboost.js';
import type { XgboostModel, XgboostTree } from '../../formats/xgboost-model.js';
import { previousFloat32 } from '../float32.js';
import { GraphBuilder } from '../graph-builder.js';
import type { ModelPlan } from '../plan.js';
import { output, type Ref } from '../plan-builder.js';
import { MISSING, type TreeSpec } from '../tree-spec.js';
import { addTrees } from '../trees.js';
import { addLabels } from './class-labels.js';
import { marginOf, xgboostObjective } from './xgboost-objective.js';
import { wrapperDatatype, wrapperLabels, xgboostWrapper } from './xgboost-wrapper.js';

/** A saved booster -> plan. What the file was saved by counts: XGBClassifier answers labels, all others the objective's. */
export function convertXgboostFile(bytes: Uint8Array): ModelPlan {
  const model = parseXgboost(bytes);
  const wrapper = xgboostWrapper(model);
  const g = new GraphBuilder(model.features);
  const x = g.rows('f32');
  const about = {
    library: 'xgboost',
    libraryVersion: model.version.join('.'),
    estimator: `${wrapper.name}(objective='${model.objective}', booster='${model.booster}', trees=${model.trees.length})`,
  };
  const input = {
    columns: model.features,
    names: model.featureNames.length > 0 ? model.featureNames : undefined,
    types: 'number',
    datatype: 'FP32',
    missing: true,
  } as const;
  if (input.names !== undefined && input.names.length !== model.features) {
    throw new ServerError('INVALID_ARGUMENT', `${input.names.length} feature names for ${model.features} features`);
  }
  if (wrapper.kind !== 'classifier') {
    return g.build(about, input, [output('predict', addXgboost(g, x, model).predict, 'FP32')]);
  }
  const answers = addXgboostClassifier(g, x, model);
  const classes = wrapperLabels(wrapper, model);
  const labels = addLabels(g, answers.positions, classes, wrapperDatatype(model));
  const outputs = [output('predict', labels.predict, labels.datatype)];
  if (answers.probabilities !== undefined) outputs.push(output('predict_proba', answers.probabilities, 'FP32'));
  return g.build({ ...about, classes }, input, outputs);
}

export interface XgboostAnswers {
  /** The booster's sums: f32 [rows], or [rows, outputs] when there are several. */
  readonly margin: Ref;
  /** What `Booster.predict` answers: f32 of the same shape; [rows] for multi:softmax. */
  readonly predict: Ref;
}

/** Adds a booster to a graph. `x`: [rows, features], f32, or f64, which is rounded. */
export function addXgboost(g: GraphBuilder, x: Ref, model: XgboostModel): XgboostAnswers {
  const { answer } = xgboostObjective(model.objective);
  const outputs = outputsOf(model);
  const margin = model.booster === 'gblinear' ? addLinear(g, x, model, outputs) : addEnsemble(g, x, model, outputs);
  switch (answer) {
    case undefined:
      return { margin, predict: margin };
    case 'softmax':
      return { margin, predict: g.kernel('softmax', { inputs: [margin], outputs: [margin] })[0] };
    case 'argmax':
      return { margin, predict: addClassNumbers(g, margin, outputs) };
    default: {
      const params = { name: answer, factor: 1 };
      return { margin, predict: g.kernel('transform', { inputs: [margin], params, outputs: [margin] })[0] };
    }
  }
}

export interface XgboostClasses {
  /** Positions of the classes: i32 [rows]; [rows, outputs] of 0 and 1 for several yes-no questions. */
  readonly positions: Ref;
  /** f32 [rows, classes] ([rows, outputs] for several questions); absent where the objective knows none. */
  readonly probabilities?: Ref;
}

/** Adds what an XGBClassifier with this booster answers. */
export function addXgboostClassifier(g: GraphBuilder, x: Ref, model: XgboostModel): XgboostClasses {
  const { margin, predict } = addXgboost(g, x, model);
  const position = (shape: readonly number[]) => [{ type: 'i32', shape }] as const;
  if (model.objective.startsWith('multi:')) {
    const soft = model.objective === 'multi:softprob';
    const probabilities = soft ? predict : g.kernel('softmax', { inputs: [margin], outputs: [margin] })[0];
    const decisive = soft ? probabilities : margin;
    return { positions: g.kernel('argmax', { inputs: [decisive], outputs: position([-1]) })[0], probabilities };
  }
  const params = { limit: 0.5 };
  const [positions] = g.kernel('above', { inputs: [predict], params, outputs: position(predict.shape) });
  if (model.objective === 'binary:logitraw') return { positions };
  if (predict.shape.length > 1) return { positions, probabilities: predict };
  const both = [{ type: 'f32', shape: [-1, 2] }] as const;
  return { positions, probabilities: g.kernel('bothClasses', { inputs: [predict], outputs: both })[0] };
}

/** Every output has trees or weights of its own, so a number beyond them is not believed. */
function outputsOf({ classes, targets, trees, weights }: XgboostModel): number {
  const outputs = Math.max(1, classes, targets);
  const filled = weights?.length ?? trees.length * (trees[0]?.width ?? 1);
  if (outputs <= Math.max(filled, MAX_EMPTY_OUTPUTS)) return outputs;
  throw new ServerError('INVALID_ARGUMENT', `${outputs} outputs, but only ${filled} trees or weights`);
}

/** Of a model without trees. */
const MAX_EMPTY_OUTPUTS = 1000;

function addEnsemble(g: GraphBuilder, x: Ref, model: XgboostModel, outputs: number): Ref {
  const trees = model.trees.slice(0, treesInUse(model, outputs));
  const width = trees[0]?.width ?? 1;
  if (trees.some(tree => tree.width !== width) || (width > 1 && width !== outputs)) {
    throw new ServerError('INVALID_ARGUMENT', `leaves of ${width} numbers in a model of ${outputs} outputs`);
  }
  const base = baseMargins(model, outputs);
  const specs = trees.map(tree => treeSpec(tree, model.booster === 'dart' ? (base[tree.group] ?? 0) : undefined));
  return addTrees(g, x, specs, { outputs, width, base, float32: true, float32Rows: true, flat: outputs === 1 });
}

function addLinear(g: GraphBuilder, x: Ref, model: XgboostModel, outputs: number): Ref {
  const weights = Float32Array.from(model.weights ?? []);
  if (weights.length !== (model.features + 1) * outputs) {
    const wanted = `(${model.features} features + 1) x ${outputs} outputs`;
    throw new ServerError('INVALID_ARGUMENT', `gblinear has ${weights.length} weights, expected ${wanted}`);
  }
  const shape = outputs === 1 ? [-1] : [-1, outputs];
  const params = { outputs, flat: outputs === 1 };
  // Every output starts from the first base score.
  const base = Float32Array.of(baseMargins(model, outputs)[0]);
  const arrays = { weights, base };
  return g.kernel('linearBooster', { inputs: [x], params, arrays, outputs: [{ type: 'f32', shape }] })[0];
}

/** multi:softmax: the position of the largest margin, as a float. */
function addClassNumbers(g: GraphBuilder, margin: Ref, classes: number): Ref {
  const [positions] = g.kernel('argmax', { inputs: [margin], outputs: [{ type: 'i32', shape: [-1] }] });
  const numbers = Float32Array.from({ length: classes }, (_, i) => i);
  return g.kernel('labels', {
    inputs: [positions],
    arrays: { classes: numbers },
    outputs: [{ type: 'f32', shape: [-1] }],
  })[0];
}

function baseMargins({ objective, baseScore, version }: XgboostModel, outputs: number): number[] {
  if (baseScore.length !== 1 && baseScore.length !== outputs) {
    throw new ServerError('INVALID_ARGUMENT', `${baseScore.length} base scores for ${outputs} outputs`);
  }
  return Array.from({ length: outputs }, (_, i) => {
    const score = baseScore[baseScore.length === 1 ? 0 : i];
    const margin = marginOf(objective, score, version);
    if (Number.isNaN(margin)) {
      throw new ServerError('INVALID_ARGUMENT', `base score ${score} makes no sense for ${objective}`);
    }
    return margin;
  });
}

/** After early stopping, the trees up to the best round only. */
function treesInUse({ attributes, roundStarts, parallelTrees, trees }: XgboostModel, outputs: number): number {
  const best = wholeNumber(attributes.get('best_iteration'));
  if (best === undefined) return trees.length;
  if (roundStarts !== undefined) return roundStarts[best + 1] ?? trees.length;
  // Before 1.6 a file does not say how many trees a round has, but where the best one ends, counted for one output.
  const limit = wholeNumber(attributes.get('best_ntree_limit')) ?? (best + 1) * (parallelTrees ?? 1);
  return limit * outputs;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** `dartBase`: what the sums of the tree's output start from, when the booster is dart. */
function treeSpec(tree: XgboostTree, dartBase?: number): TreeSpec {
  const threshold = Float64Array.from(tree.condition, number => previousFloat32(Math.fround(number)));
  const values = Float64Array.from(tree.leaves, number => {
    const leaf = Math.fround(number);
    return dartBase === undefined ? leaf : dartLeaf(leaf, Math.fround(tree.weight), dartBase);
  });
  const left = Int32Array.from(tree.left);
  const right = Int32Array.from(tree.right);
  const { feature, group, categories } = tree;
  const missing = Uint8Array.from(tree.defaultLeft, goesLeft => (goesLeft === 1 ? MISSING.left : MISSING.right));
  // A category in a node's set goes right here; in a TreeSpec it goes left.
  for (const node of categories.keys()) {
    if (left[node] < 0) continue;
    [left[node], right[node]] = [right[node], left[node]];
    missing[node] = missing[node] === MISSING.left ? MISSING.right : MISSING.left;
  }
  return { left, right, feature, threshold, missing, values, target: group, categories };
}

/** dart answers each tree alone (base included), takes the base off again, and only then weighs the tree. */
function dartLeaf(leaf: number, weight: number, base: number): number {
  return Math.fround(Math.fround(Math.fround(base + leaf) - base) * weight);
}
