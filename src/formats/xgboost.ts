import { Field, type Numbers } from './document.js';
import { parseJson } from './json-bounded.js';
import { parseUbjson } from './ubjson.js';
import { readXgboostBinary } from './xgboost-binary.js';
import { boosterName, type XgboostModel, type XgboostTree } from './xgboost-model.js';

/** Reads a saved booster: JSON, UBJSON, or the binary form of 2.x and before. Throws INVALID_ARGUMENT. */
export function parseXgboost(bytes: Uint8Array): XgboostModel {
  const form = formOf(bytes);
  if (form === 'binary') return readXgboostBinary(bytes);
  const root = new Field(form === 'json' ? parseJson(bytes) : parseUbjson(bytes), '');
  // A pickled Booster holds its configuration and its model.
  return readXgboostDocument(root.find('Model') ?? root);
}

/** Both document forms begin with an opening brace; a key follows, quoted in JSON, behind a marker of its length in UBJSON. */
function formOf(bytes: Uint8Array): 'json' | 'ubjson' | 'binary' {
  let first = 0;
  while (isSpace(bytes[first])) first++;
  if (bytes[first] !== 0x7b) return 'binary';
  let next = first + 1;
  while (isSpace(bytes[next])) next++;
  return bytes[next] === 0x22 || bytes[next] === 0x7d ? 'json' : 'ubjson';
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** The document that JSON and UBJSON files hold. */
function readXgboostDocument(root: Field): XgboostModel {
  const learner = root.get('learner');
  const parameters = learner.get('learner_model_param');
  const features = parameters.get('num_feature').integer(1);
  const classes = parameters.get('num_class').integer(0);
  const targets = parameters.find('num_target')?.integer(1) ?? 1;
  const booster = learner.get('gradient_booster');
  const name = boosterName(booster.get('name').text());
  const common = {
    version: Array.from(root.get('version').integers()),
    objective: learner.get('objective').get('name').text(),
    booster: name,
    features,
    classes,
    targets,
    baseScore: readBaseScore(parameters.get('base_score')),
    featureNames: learner.find('feature_names')?.texts() ?? [],
    attributes: new Map(
      learner
        .find('attributes')
        ?.entries()
        .map(([key, value]) => [key, value.text()]) ?? [],
    ),
  };
  if (name === 'gblinear') return { ...common, trees: [], weights: booster.get('model').get('weights').numbers() };

  const model = (name === 'dart' ? booster.get('gbtree') : booster).get('model');
  const treeFields = orderById(model.get('trees').items());
  const groups = model.get('tree_info').integers(treeFields.length);
  const weights = name === 'dart' ? booster.get('weight_drop').numbers(treeFields.length) : undefined;
  return {
    ...common,
    trees: treeFields.map((tree, i) => readTree(tree, groups[i], weights?.[i] ?? 1)),
    roundStarts: model.find('iteration_indptr')?.integers(undefined, 0, treeFields.length),
    parallelTrees: model.get('gbtree_model_param').find('num_parallel_tree')?.integer(0),
  };
}

/** "5E-1"; since 3.1 "[5E-1]" or "[1E0,2E0]". */
function readBaseScore(field: Field): number[] {
  if (typeof field.value !== 'string') return [field.number()];
  const text = field.value.trim();
  const parts = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1).split(',') : [text];
  return parts.map(part => new Field(part, field.path).number());
}

function orderById(trees: readonly Field[]): Field[] {
  const ordered: Field[] = new Array(trees.length);
  trees.forEach((tree, i) => {
    const id = tree.find('id')?.integer(0, trees.length - 1) ?? i;
    if (ordered[id] !== undefined) throw tree.invalid(`two trees have the id ${id}`);
    ordered[id] = tree;
  });
  return ordered;
}

function readTree(tree: Field, group: number, weight: number): XgboostTree {
  const left = tree.get('left_children').integers(undefined, -1);
  const nodes = left.length;
  // Without nodes, leaves of any width would need no numbers.
  if (nodes === 0) throw tree.invalid('has no nodes');
  const right = tree.get('right_children').integers(nodes, -1);
  const condition = tree.get('split_conditions').numbers(nodes);
  const width = Math.max(1, tree.get('tree_param').get('size_leaf_vector').integer());
  return {
    left,
    right,
    feature: tree.get('split_indices').numbers(nodes),
    condition,
    defaultLeft: tree.get('default_left').integers(nodes, 0, 1),
    leaves: width === 1 ? condition : vectorLeaves(tree, left, right, width),
    width,
    group,
    weight,
    categories: readCategories(tree, nodes),
  };
}

/** Leaves of vectors: of their own and numbered by the right child (3.x), or the base weights of all nodes (2.x). */
function vectorLeaves(tree: Field, left: Numbers, right: Numbers, width: number): Numbers {
  const field = tree.find('leaf_weights');
  if (field === undefined) return tree.get('base_weights').numbers(left.length * width);
  const weights = field.numbers();
  const count = Array.prototype.filter.call(left, child => child < 0).length;
  // Half of the nodes of a binary tree (and one more) are leaves: so nodes times width stays in proportion to the file.
  if (weights.length < count * width || left.length >= 2 * count) {
    throw field.invalid(`${weights.length} numbers for ${count} leaves of ${width}, and ${left.length} nodes`);
  }
  const leaves = new Float32Array(left.length * width);
  for (let node = 0; node < left.length; node++) {
    if (left[node] >= 0) continue;
    const from = right[node] * width;
    if (!(from >= 0 && from + width <= weights.length)) {
      throw field.invalid(`node ${node} is leaf ${right[node]} of ${count}`);
    }
    for (let i = 0; i < width; i++) leaves[node * width + i] = weights[from + i];
  }
  return leaves;
}

function readCategories(tree: Field, nodes: number): Map<number, Int32Array> {
  const categories = new Map<number, Int32Array>();
  const types = tree.find('split_type')?.integers(nodes, 0, 1);
  if (types === undefined || !Array.prototype.includes.call(types, 1)) return categories;
  const owners = tree.get('categories_nodes').integers(undefined, 0, nodes - 1);
  const starts = tree.get('categories_segments').integers(owners.length);
  const sizes = tree.get('categories_sizes').integers(owners.length);
  const all = Int32Array.from(tree.get('categories').integers());
  let end = 0;
  for (let i = 0; i < owners.length; i++) {
    // One behind the other, so that no category is counted twice.
    if (starts[i] !== end) throw tree.invalid(`categories of node ${owners[i]} start at ${starts[i]}, expected ${end}`);
    end += sizes[i];
    if (end > all.length) throw tree.invalid(`node ${owners[i]} has categories up to ${end} of ${all.length}`);
    categories.set(owners[i], all.subarray(starts[i], end));
  }
  for (let node = 0; node < nodes; node++) {
    if (types[node] === 1 && !categories.has(node)) throw tree.invalid(`node ${node} has no categories`);
    if (types[node] === 0 && categories.has(node)) throw tree.invalid(`node ${node} has categories, but asks for none`);
  }
  return categories;
}
