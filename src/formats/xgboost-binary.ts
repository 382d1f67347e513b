/**
 * XGBoost's binary form (`.bst`, `.model`, `.deprecated`; written until 2.x). Little-endian:
 *
 *   "binf"            may be absent
 *   136 bytes         f32 base_score, u32 features, i32 classes, i32 has attributes, i32 has metrics,
 *                     u32 major, u32 minor version, u32 targets (the last three 0 before 1.0), reserved
 *   text, text        objective, booster; text is u64 length and bytes
 *   gbtree, dart:     160 bytes: i32 trees, i32 parallel trees, reserved; the trees; i32 class of each tree
 *     a tree          148 bytes: i32 roots, i32 nodes, reserved; 20 bytes a node; 16 bytes of statistics a node
 *     a node          i32 parent, i32 left (-1: leaf), i32 right, u32 feature and top bit "missing goes left",
 *                     f32 condition or leaf value
 *   dart:             u64 count, f32 weights of the trees
 *   gblinear:         136 bytes, reserved; u64 count, f32 weights
 *   attributes        u64 count, pairs of text; only where announced
 */

import { boosterName, type XgboostModel, type XgboostTree } from './xgboost-model.js';
import { XgboostReader } from './xgboost-reader.js';

const NODE_BYTES = 20;
const STATISTICS_BYTES = 16;
const TREE_HEAD_BYTES = 148;

export function readXgboostBinary(bytes: Uint8Array): XgboostModel {
  const marked = bytes.length >= 4 && String.fromCharCode(...bytes.subarray(0, 4)) === 'binf';
  const reader = new XgboostReader(bytes, 'not a model of XGBoost (and not its old binary form)', marked ? 4 : 0);
  const baseScore = reader.float32();
  const features = reader.uint32();
  const classes = reader.int32();
  const hasAttributes = reader.int32() !== 0;
  reader.skip(4);
  const version = [reader.uint32(), reader.uint32(), 0];
  const targets = Math.max(1, reader.uint32());
  reader.skip(136 - 8 * 4);
  if (features < 1 || features > 0x7fffffff || classes < 0 || !Number.isFinite(baseScore)) {
    throw reader.invalid(`a model of ${features} features, ${classes} classes and base score ${baseScore}`);
  }
  const objective = reader.text();
  const booster = boosterName(reader.text());
  const body = booster === 'gblinear' ? { trees: [], weights: readLinear(reader) } : readTrees(reader, booster);
  const attributes = new Map<string, string>();
  if (hasAttributes) {
    for (let count = reader.count(16); count > 0; count--) attributes.set(reader.text(), reader.text());
  }
  const common = { version, objective, booster, features, classes, targets, baseScore: [baseScore] };
  return { ...common, featureNames: [], attributes, ...body };
}

function readLinear(reader: XgboostReader): Float32Array {
  reader.skip(136);
  return readFloats(reader);
}

function readFloats(reader: XgboostReader): Float32Array {
  return Float32Array.from({ length: reader.count(4) }, () => reader.float32());
}

function readTrees(reader: XgboostReader, booster: string): Pick<XgboostModel, 'trees' | 'parallelTrees'> {
  const count = reader.int32();
  const parallelTrees = reader.int32();
  reader.skip(160 - 2 * 4);
  reader.reserve(count, TREE_HEAD_BYTES);
  const trees = Array.from({ length: count }, () => readTree(reader));
  const groups = trees.map(() => reader.int32());
  const weights = booster === 'dart' ? readFloats(reader) : undefined;
  if (weights !== undefined && weights.length !== count) {
    throw reader.invalid(`${weights.length} weights for ${count} trees`);
  }
  return { trees: trees.map((tree, i) => ({ ...tree, group: groups[i], weight: weights?.[i] ?? 1 })), parallelTrees };
}

function readTree(reader: XgboostReader): Omit<XgboostTree, 'group' | 'weight'> {
  reader.skip(4);
  const nodes = reader.int32();
  reader.skip(TREE_HEAD_BYTES - 2 * 4);
  reader.reserve(nodes, NODE_BYTES + STATISTICS_BYTES);
  const left = new Int32Array(nodes);
  const right = new Int32Array(nodes);
  const feature = new Int32Array(nodes);
  const defaultLeft = new Uint8Array(nodes);
  const condition = new Float32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    reader.skip(4);
    left[node] = reader.int32();
    right[node] = reader.int32();
    const index = reader.uint32();
    feature[node] = index & 0x7fffffff;
    defaultLeft[node] = index >>> 31;
    condition[node] = reader.float32();
  }
  reader.skip(nodes * STATISTICS_BYTES);
  return { left, right, feature, defaultLeft, condition, leaves: condition, width: 1, categories: new Map() };
}
