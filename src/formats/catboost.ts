/**
 * CatBoost's binary form (`.cbm`): "CBM1", u32 bytes, a FlatBuffer whose root table has the fields
 *
 *   0 format version   1 trees   2 list of {0 key, 1 value}   3 names of further parts
 *   trees: 0 dimension, 1 splits [i32], 2 sizes of the trees [i32], 4 categorical, 5 float, 6 one-hot, 7 counter features,
 *          8 leaf values [f64], 10 steps [u16 no, u16 yes], 11 leaf of each step [u32], 12 text, 13 estimated features,
 *          14 scale f64, 15 bias f64, 16 bias by dimension [f64], 18 embedding features
 *   float feature: 1 index, 2 column, 3 borders [f32], 4 name, 5 missing values (0 as they are, 1 no, 2 yes)
 *
 * A split is a number in the list of all borders of all features. A symmetric tree of size n has n splits and 2^n leaves.
 * Other trees have one step per split: distances ahead to the next step, 0: the leaf of this step.
 */
import { ServerError } from '../core/errors.js';
import { readCatboostJson } from './catboost-json.js';
import {
  allSplits,
  type CatboostFeature,
  type CatboostModel,
  type CatboostSplit,
  type CatboostTree,
  layOutColumns,
  type NodeTree,
  readClasses,
} from './catboost-model.js';
import { Field } from './document.js';
import { type FlatTable, flatBufferRoot } from './flatbuffer.js';
import { parseJson } from './json-bounded.js';

const WHAT = 'not a model of CatBoost';
const HEAD_BYTES = 8;
const MAX_DEPTH = 24;

const UNSUPPORTED: readonly (readonly [field: number, name: string])[] = [
  [4, 'categorical features'],
  [6, 'one-hot features'],
  [7, 'counters of categories'],
  [12, 'text features'],
  [13, 'estimated features'],
  [18, 'embedding features'],
];

/** Reads a model of numeric features, `.cbm` or `.json`. Throws INVALID_ARGUMENT for what is none. */
export function parseCatboost(bytes: Uint8Array): CatboostModel {
  if (bytes[0] === 0x7b) return readCatboostJson(bytes);
  if (bytes.length < HEAD_BYTES || String.fromCharCode(...bytes.subarray(0, 4)) !== 'CBM1') {
    throw new ServerError('INVALID_ARGUMENT', `${WHAT}: it begins neither with 'CBM1' nor with '{'`);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (size > bytes.length - HEAD_BYTES) {
    throw new ServerError(
      'INVALID_ARGUMENT',
      `${WHAT}: ${size} bytes announced, ${bytes.length - HEAD_BYTES} are left`,
    );
  }
  const root = flatBufferRoot(bytes.subarray(HEAD_BYTES, HEAD_BYTES + size), WHAT);
  const table = root.table(1);
  if (table === undefined) throw new ServerError('INVALID_ARGUMENT', `${WHAT}: no trees`);
  for (const [field, name] of UNSUPPORTED) {
    if (table.count(field) > 0) {
      throw new ServerError('INVALID_ARGUMENT', `CatBoost models with ${name} are not supported`);
    }
  }
  const features = table.tables(5).map(readFeature);
  const dimension = table.int32(0, 1);
  if (dimension < 1) throw new ServerError('INVALID_ARGUMENT', `${WHAT}: ${dimension} dimensions`);
  const info = new Map(root.tables(2).map(pair => [pair.text(0), pair.text(1)]));
  const params = jsonIn(info, 'params')?.find('loss_function') ?? jsonIn(info, 'loss_function');
  const biases = Array.from(table.float64s(16));
  return {
    ...layOutColumns(features),
    dimension,
    trees: readTrees(table, allSplits(features), dimension),
    scale: table.float64(14, 1),
    bias: biases.length > 0 ? biases : [table.float64(15, 0)],
    loss: params?.get('type').text() ?? '',
    libraryVersion: info.get('catboost_version_info') ?? '',
    classes: readClasses(jsonIn(info, 'class_params') ?? jsonIn(info, 'multiclass_params')),
    threshold: Number(info.get('binclass_probability_threshold') ?? 0.5),
  };
}

function jsonIn(info: ReadonlyMap<string, string>, key: string): Field | undefined {
  const text = info.get(key);
  return text === undefined || text === '' ? undefined : new Field(parseJson(Buffer.from(text)), key);
}

function readFeature(table: FlatTable): CatboostFeature {
  return {
    column: table.int32(2, -1),
    name: table.text(4),
    borders: table.float32s(3),
    missing: table.int8(5, 0) === 2 ? 'yes' : 'no',
  };
}

function readTrees(table: FlatTable, all: readonly CatboostSplit[], dimension: number): CatboostTree[] {
  const splits = Array.from(table.int32s(1), number => {
    const split = all[number];
    if (split === undefined) throw new ServerError('INVALID_ARGUMENT', `${WHAT}: split ${number} of ${all.length}`);
    return split;
  });
  const sizes = table.int32s(2);
  if (sizes.length === 0) throw new ServerError('INVALID_ARGUMENT', `${WHAT}: no trees`);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== splits.length || sizes.some(size => size < 0)) {
    throw new ServerError('INVALID_ARGUMENT', `${WHAT}: trees of ${total} splits, but there are ${splits.length}`);
  }
  const values = table.float64s(8);
  if (table.count(10) > 0) return nodeTrees(table, splits, sizes, values, dimension);

  let from = 0;
  let leaf = 0;
  return Array.from(sizes, size => {
    const leaves = 2 ** size * dimension;
    if (size > MAX_DEPTH || leaf + leaves > values.length) {
      throw new ServerError('INVALID_ARGUMENT', `${WHAT}: a tree of depth ${size} has too few leaf values`);
    }
    const tree = { splits: splits.slice(from, from + size), values: values.subarray(leaf, leaf + leaves) };
    from += size;
    leaf += leaves;
    return tree;
  });
}

function nodeTrees(
  table: FlatTable,
  splits: readonly CatboostSplit[],
  sizes: Int32Array,
  values: Float64Array,
  dimension: number,
): NodeTree[] {
  const steps = table.int32s(10);
  const leafOf = table.int32s(11);
  if (steps.length !== splits.length || leafOf.length !== splits.length) {
    throw new ServerError('INVALID_ARGUMENT', `${WHAT}: ${steps.length} steps for ${splits.length} splits`);
  }
  const taken = new Set<number>();
  const take = (leaf: number): Float64Array => {
    if (leaf < 0 || leaf + dimension > values.length || taken.has(leaf)) {
      throw new ServerError('INVALID_ARGUMENT', `${WHAT}: leaf values ${leaf} of ${values.length}, or taken twice`);
    }
    taken.add(leaf);
    return values.subarray(leaf, leaf + dimension);
  };
  let start = 0;
  return Array.from(sizes, size => {
    const end = start + size;
    const tree = nodeTree(splits.slice(start, end), steps.subarray(start, end), leafOf.subarray(start, end), take);
    start = end;
    return tree;
  });
}

/** A step is two distances, to the answer "no" in the lower 16 bits. */
function nodeTree(
  splits: readonly CatboostSplit[],
  steps: Int32Array,
  leafOf: Int32Array,
  take: (leaf: number) => Float64Array,
): NodeTree {
  const values: number[] = [];
  let leaves = 0;
  const addLeaf = (node: number): number => {
    for (const value of take(leafOf[node])) values.push(value);
    return -++leaves;
  };
  // A step that leads nowhere is a leaf.
  const child = (node: number, distance: number): number => {
    if (distance === 0) return addLeaf(node);
    const to = node + distance;
    if (to >= steps.length) throw new ServerError('INVALID_ARGUMENT', `${WHAT}: a step to ${to} of ${steps.length}`);
    return steps[to] === 0 ? addLeaf(to) : to;
  };
  if (steps.length === 0 || steps[0] === 0) {
    addLeaf(0);
    return { splits: [], no: [], yes: [], values };
  }
  const inner = Array.from(steps, step => step !== 0);
  return {
    splits,
    no: inner.map((isInner, node) => (isInner ? child(node, steps[node] & 0xffff) : node)),
    yes: inner.map((isInner, node) => (isInner ? child(node, steps[node] >>> 16) : node)),
    values,
  };
}
