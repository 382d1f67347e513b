import { ServerError } from '../../core/errors.js';
import { type LightgbmModel, type LightgbmTree, parseLightgbm } from '../../formats/lightgbm.js';
import { GraphBuilder } from '../graph-builder.js';
import type { ModelPlan } from '../plan.js';
import { output, type Ref } from '../plan-builder.js';
import { CategoryBits, MISSING, type TreeSpec } from '../tree-spec.js';
import { addTreeLeaves, addTrees } from '../trees.js';
import { lightgbmAnswer } from './lightgbm-objective.js';

/** Numbers no further from 0 than float32 1e-35 are zeros to LightGBM. */
const ZERO_BELOW = Math.fround(1e-35);

/** A saved booster -> plan; its only output is the objective's answer. */
export function convertLightgbmFile(bytes: Uint8Array): ModelPlan {
  const model = parseLightgbm(bytes);
  const g = new GraphBuilder(model.features);
  const about = {
    library: 'lightgbm',
    libraryVersion: model.version,
    estimator: `Booster(objective='${model.objective ?? 'custom'}', trees=${model.trees.length})`,
  };
  const isNamed = model.featureNames.some((name, i) => name !== `Column_${i}`);
  const input = {
    columns: model.features,
    names: isNamed ? model.featureNames : undefined,
    types: 'number',
    datatype: 'FP64',
    missing: true,
    infinite: true,
  } as const;
  return g.build(about, input, [output('predict', addLightgbm(g, g.rows(), model).predict)]);
}

export interface LightgbmAnswers {
  /** The booster's sums: f64 [rows], or [rows, classes] when there are several. */
  readonly raw: Ref;
  /** What `Booster.predict` answers, of the same shape. */
  readonly predict: Ref;
}

/** Adds a booster to a graph. `x`: [rows, features], f64. */
export function addLightgbm(g: GraphBuilder, x: Ref, model: LightgbmModel): LightgbmAnswers {
  const answer = lightgbmAnswer(model.objective);
  const raw = model.trees.some(tree => tree.linear !== undefined) ? addLinear(g, x, model) : addEnsemble(g, x, model);
  if (answer === 'raw') return { raw, predict: raw };
  if (answer === 'softmax') return { raw, predict: g.kernel('softmax', { inputs: [raw], outputs: [raw] })[0] };
  return { raw, predict: g.kernel('transform', { inputs: [raw], params: answer, outputs: [raw] })[0] };
}

export interface LightgbmClasses {
  readonly raw: Ref;
  /** Positions of the classes: i32 [rows]. */
  readonly positions: Ref;
  /** f64 [rows, classes]. */
  readonly probabilities: Ref;
}

/** Adds what an LGBMClassifier with this booster answers. */
export function addLightgbmClassifier(g: GraphBuilder, x: Ref, model: LightgbmModel): LightgbmClasses {
  const { raw, predict } = addLightgbm(g, x, model);
  const both = [{ type: 'f64', shape: [-1, 2] }] as const;
  const probabilities =
    predict.shape.length > 1 ? predict : g.kernel('bothClasses', { inputs: [predict], outputs: both })[0];
  const [positions] = g.kernel('argmax', { inputs: [probabilities], outputs: [{ type: 'i32', shape: [-1] }] });
  return { raw, positions, probabilities };
}

function addEnsemble(g: GraphBuilder, x: Ref, model: LightgbmModel): Ref {
  const { treesPerRound, trees } = model;
  const specs = trees.map((tree, t) => treeSpec(tree, t, t % treesPerRound));
  return addTrees(g, x, specs, {
    outputs: treesPerRound,
    flat: treesPerRound === 1,
    divideBy: rounds(model),
    zeroBelow: ZERO_BELOW,
    truncateCategories: true,
  });
}

/** Trees with linear leaves: find the leaves, then add up their models. */
function addLinear(g: GraphBuilder, x: Ref, model: LightgbmModel): Ref {
  const { treesPerRound, trees, features } = model;
  const constant: number[] = [];
  const missing: number[] = [];
  const start = [0];
  const feature: number[] = [];
  const coefficient: number[] = [];
  const specs = trees.map((tree, t) => {
    const firstLeaf = constant.length;
    tree.leafValue.forEach((value, leaf) => {
      const linear = tree.linear?.[leaf] ?? { constant: value, features: [], coefficients: [] };
      if (!linear.features.every(column => Number.isInteger(column) && column >= 0 && column < features)) {
        throw new ServerError('INVALID_ARGUMENT', `tree ${t}: leaf ${leaf} is made of features beyond the ${features}`);
      }
      constant.push(linear.constant);
      missing.push(value);
      for (const column of linear.features) feature.push(column);
      for (const number of linear.coefficients) coefficient.push(number);
      start.push(feature.length);
    });
    return treeSpec(tree, t, t % treesPerRound, firstLeaf);
  });
  const zeroBelow = ZERO_BELOW;
  const leaves = addTreeLeaves(g, x, specs, { zeroBelow, truncateCategories: true });
  const flat = treesPerRound === 1;
  return g.kernel('linearLeaves', {
    inputs: [x, leaves],
    params: { outputs: treesPerRound, flat, divideBy: rounds(model), zeroBelow },
    arrays: {
      target: Int32Array.from(trees, (_, t) => t % treesPerRound),
      constant: Float64Array.from(constant),
      missing: Float64Array.from(missing),
      start: Int32Array.from(start),
      feature: Int32Array.from(feature),
      coefficient: Float64Array.from(coefficient),
    },
    outputs: [{ type: 'f64', shape: flat ? [-1] : [-1, treesPerRound] }],
  })[0];
}

function rounds({ average, trees, treesPerRound }: LightgbmModel): number {
  return average ? Math.max(1, trees.length / treesPerRound) : 1;
}

const IS_CATEGORY = 1;
const MISSING_GOES_LEFT = 2;
/** By bits 2 and 3 of a decision: what missing values do that do not go left, and those that do. */
const MISSING_RULES = [
  [MISSING.zero, MISSING.zero],
  [MISSING.zeroRight, MISSING.zeroLeft],
  [MISSING.right, MISSING.left],
];

/** The inner nodes as they are numbered in the file, then the leaves, which are numbered from `firstLeaf` on. */
function treeSpec(tree: LightgbmTree, t: number, target: number, firstLeaf = 0): TreeSpec {
  const { decision, leafValue } = tree;
  const inner = tree.left.length;
  const child = (number: number) => (number >= 0 ? number : inner - number - 1);
  const atLeaves = (number: number) => leafValue.map(() => number);
  const atInner = new Array<number>(inner).fill(0);
  const isCategory = (node: number) => (decision[node] & IS_CATEGORY) !== 0;
  const categories = tree.left.flatMap((_, node) => (isCategory(node) ? [node] : []));
  return {
    left: [...tree.left.map(child), ...atLeaves(-1)],
    right: [...tree.right.map(child), ...atLeaves(-1)],
    feature: [...tree.feature, ...atLeaves(0)],
    threshold: [...tree.threshold, ...atLeaves(0)],
    missing: [...decision.map((bits, node) => (isCategory(node) ? MISSING.right : missingRule(bits))), ...atLeaves(0)],
    values: [...atInner, ...leafValue],
    leafIds: [...atInner, ...leafValue.map((_, leaf) => firstLeaf + leaf)],
    target,
    categories: new Map(categories.map(node => [node, categorySet(tree, t, node)])),
  };
}

function missingRule(decision: number): number {
  const rule = MISSING_RULES[(decision >> 2) & 3]?.[(decision & MISSING_GOES_LEFT) === 0 ? 0 : 1];
  if (rule === undefined) throw new ServerError('INVALID_ARGUMENT', `${decision} is no decision of LightGBM`);
  return rule;
}

function categorySet(tree: LightgbmTree, t: number, node: number): CategoryBits {
  const { threshold, categoryStart, categoryWords } = tree;
  const set = threshold[node];
  if (!Number.isInteger(set) || set < 0 || set + 1 >= categoryStart.length) {
    throw new ServerError(
      'INVALID_ARGUMENT',
      `tree ${t}: node ${node} has the category set ${set}, which is not there`,
    );
  }
  return new CategoryBits(categoryWords, categoryStart[set], categoryStart[set + 1]);
}
