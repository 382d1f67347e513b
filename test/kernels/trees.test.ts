import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import { MISSING, type TreeSpec } from '../../src/convert/tree-spec.js';
import { addTreeLeaves, addTrees, type TreesOptions } from '../../src/convert/trees.js';
import { seededRandom } from '../support/random.js';
import { answers, planOf } from '../support/run-kernel.js';

const COLUMNS = 5;
/** Few different numbers, so that rows often lie exactly on thresholds; whole ones, so that sums are exact in any order. */
const NUMBERS = [-2, -1, -0.5, 0, 0.5, 1, 2, 3, Number.NaN, Infinity, -Infinity];

interface Shape {
  readonly nodes: number;
  readonly width: number;
  readonly categories: boolean;
  readonly rules: readonly number[];
}

/** A tree grown by splitting random leaves. */
function randomTree(random: () => number, { nodes, width, categories, rules }: Shape): TreeSpec {
  const pick = (count: number) => Math.floor(random() * count);
  const left = [-1];
  const right = [-1];
  const leaves = [0];
  while (left.length + 2 <= nodes) {
    const [parent] = leaves.splice(pick(leaves.length), 1);
    left[parent] = left.push(-1) - 1;
    right.push(-1);
    right[parent] = right.push(-1) - 1;
    left.push(-1);
    leaves.push(left[parent], right[parent]);
  }
  const sets = new Map<number, number[]>();
  left.forEach((child, node) => {
    if (categories && child >= 0 && random() < 0.4)
      sets.set(
        node,
        [0, 1, 2, 3].filter(() => random() < 0.5),
      );
  });
  return {
    left,
    right,
    feature: left.map(() => pick(COLUMNS)),
    threshold: left.map(() => NUMBERS[pick(8)]),
    missing: left.map((_, node) => (sets.has(node) ? rules[pick(2)] : rules[pick(rules.length)])),
    values: Array.from({ length: left.length * width }, () => pick(7) - 3),
    leafIds: left.map((_, node) => node),
    target: 0,
    categories: sets,
  };
}

/** What a tree is meant to say, step by step. */
function leafOf(tree: TreeSpec, row: readonly number[]): number {
  let node = 0;
  while (tree.left[node] >= 0) {
    const x = row[tree.feature[node]];
    const missing = tree.missing?.[node];
    const set = tree.categories?.get(node);
    let goesLeft: boolean;
    if (set !== undefined) {
      goesLeft = Number.isNaN(x) ? missing === MISSING.left : [...set].includes(Math.floor(x));
    } else if (missing === MISSING.zero) {
      goesLeft = (Number.isNaN(x) ? 0 : x) <= tree.threshold[node];
    } else if (Number.isNaN(x) || (x === 0 && (missing === MISSING.zeroLeft || missing === MISSING.zeroRight))) {
      goesLeft = missing === MISSING.left || missing === MISSING.zeroLeft;
    } else {
      goesLeft = x <= tree.threshold[node];
    }
    node = goesLeft ? tree.left[node] : tree.right[node];
  }
  return node;
}

const DIRECTIONS = [MISSING.right, MISSING.left];
const ALL_RULES = [...DIRECTIONS, MISSING.zero, MISSING.zeroRight, MISSING.zeroLeft];
const SHAPES: readonly (readonly [name: string, trees: number, shape: Shape])[] = [
  ['numbers', 10, { nodes: 31, width: 1, categories: false, rules: DIRECTIONS }],
  ['numbers of which some mean missing', 7, { nodes: 21, width: 1, categories: false, rules: ALL_RULES }],
  ['categories', 6, { nodes: 31, width: 1, categories: true, rules: ALL_RULES }],
  ['leaves of three numbers', 9, { nodes: 15, width: 3, categories: false, rules: DIRECTIONS }],
  ['categories and leaves of three numbers', 3, { nodes: 15, width: 3, categories: true, rules: DIRECTIONS }],
  ['more nodes than 16 bits can count', 2, { nodes: 70_001, width: 1, categories: false, rules: DIRECTIONS }],
];

for (const [name, count, shape] of SHAPES) {
  test(`walks to the right leaves: ${name}`, async () => {
    const random = seededRandom(count);
    const trees = Array.from({ length: count }, () => randomTree(random, shape));
    const rows = Array.from({ length: 150 }, () =>
      Array.from({ length: COLUMNS }, () => NUMBERS[Math.floor(random() * NUMBERS.length)]),
    );
    const { width } = shape;
    const expected = rows.map(row => {
      const sums = new Array<number>(width).fill(0);
      for (const tree of trees) {
        const leaf = leafOf(tree, row);
        for (let i = 0; i < width; i++) sums[i] += tree.values[leaf * width + i];
      }
      return sums;
    });
    const options: TreesOptions = { outputs: width, width };
    const g = new GraphBuilder(COLUMNS);
    const plan = planOf(g, addTrees(g, g.rows(), trees, options));
    // One row alone, groups that are not full, and more rows than are walked together.
    for (const size of [1, 2, 3, 4, 7, 64, 65, 150]) {
      const batch = rows.slice(0, size);
      const got = await answers(plan, batch);
      assert.deepEqual(Array.from(got.data as Float64Array), expected.slice(0, size).flat(), `${size} rows`);
    }
    const leaves = await answers(planOf(g, addTreeLeaves(g, g.rows(), trees)), rows);
    assert.deepEqual(
      Array.from(leaves.data as Int32Array),
      rows.flatMap(row => trees.map(tree => leafOf(tree, row))),
    );
  });
}

test('float32 rows and their float64 equals lead to the same leaves', async () => {
  const random = seededRandom(3);
  const shape = { nodes: 63, width: 1, categories: false, rules: DIRECTIONS };
  const trees = Array.from({ length: 8 }, () => randomTree(random, shape));
  const rows = Array.from({ length: 40 }, () => Array.from({ length: COLUMNS }, () => Math.fround(random() * 5 - 2)));
  const g = new GraphBuilder(COLUMNS);
  const inFloat64 = planOf(g, addTrees(g, g.rows('f64'), trees, { outputs: 1 }));
  const inFloat32 = planOf(g, addTrees(g, g.rows('f32'), trees, { outputs: 1 }));
  assert.deepEqual((await answers(inFloat32, rows, true)).data, (await answers(inFloat64, rows)).data);
});
