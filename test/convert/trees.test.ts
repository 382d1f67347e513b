import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GraphBuilder } from '../../src/convert/graph-builder.js';
import { CategoryBits, MISSING, type TreeSpec } from '../../src/convert/tree-spec.js';
import { addTreeLeaves, addTrees, type TreesOptions } from '../../src/convert/trees.js';
import { answers, planOf } from '../support/run-kernel.js';

/** x0 <= 1 ? 10 : (x1 <= 2 ? 20 : 30); missing values go left at the root, right below it. */
const SMALL: TreeSpec = {
  left: [1, -1, 3, -1, -1],
  right: [2, -1, 4, -1, -1],
  feature: [0, 0, 1, 0, 0],
  threshold: [1, 0, 2, 0, 0],
  missing: [MISSING.left, 0, MISSING.right, 0, 0],
  values: [0, 10, 0, 20, 30],
};

async function sums(
  trees: readonly TreeSpec[],
  rows: readonly (readonly number[])[],
  options: Partial<TreesOptions> = {},
): Promise<number[]> {
  const g = new GraphBuilder(rows[0].length);
  const value = await answers(planOf(g, addTrees(g, g.rows(), trees, { outputs: 1, ...options })), rows);
  return Array.from(value.data as Float64Array);
}

test('a threshold belongs to the left, the next number above it to the right', async () => {
  assert.deepEqual(
    await sums(
      [SMALL],
      [
        [1, 0],
        [1 + Number.EPSILON, 0],
        [2, 2],
        [2, 2.0000001],
      ],
    ),
    [10, 20, 20, 30],
  );
});

test('missing values go the way of their node', async () => {
  assert.deepEqual(
    await sums(
      [SMALL],
      [
        [Number.NaN, 5],
        [2, Number.NaN],
        [Number.NaN, Number.NaN],
      ],
    ),
    [10, 30, 10],
  );
});

test('infinities are ordinary numbers, also where a node parts only missing values from the rest', async () => {
  const onlyMissing: TreeSpec = { ...SMALL, threshold: [Infinity, 0, 2, 0, 0], missing: [MISSING.right, 0, 0, 0, 0] };
  assert.deepEqual(
    await sums(
      [onlyMissing],
      [
        [Infinity, 0],
        [-Infinity, 0],
        [Number.NaN, 0],
      ],
    ),
    [10, 10, 20],
  );
  assert.deepEqual(
    await sums(
      [SMALL],
      [
        [Infinity, -Infinity],
        [-Infinity, 0],
      ],
    ),
    [20, 10],
  );
});

test('rows can be rounded to float32 before they are compared', async () => {
  const threshold = Math.fround(0.1);
  const tree = { ...SMALL, threshold: [threshold, 0, 2, 0, 0] };
  // 0.1 lies below float32(0.1) = 0.10000000149, which lies below 0.1000000016; that one rounds down to it.
  const rows = [
    [0.1, 0],
    [threshold, 0],
    [0.1000000016, 0],
  ];
  assert.deepEqual(await sums([tree], rows), [10, 10, 20]);
  assert.deepEqual(await sums([tree], rows, { float32Rows: true }), [10, 10, 10]);
});

test('zero can count as missing, and missing as zero', async () => {
  const zeroRight = { ...SMALL, missing: [MISSING.zeroRight, 0, MISSING.zeroLeft, 0, 0] };
  assert.deepEqual(
    await sums(
      [zeroRight],
      [
        [0, 5],
        [0, 0],
        [-1, 0],
        [Number.NaN, Number.NaN],
      ],
    ),
    [30, 20, 10, 20],
  );
  const missingZero = { ...SMALL, threshold: [-1, 0, 2, 0, 0], missing: [MISSING.zero, 0, MISSING.zero, 0, 0] };
  assert.deepEqual(
    await sums(
      [missingZero],
      [
        [Number.NaN, Number.NaN],
        [-1, 0],
      ],
    ),
    [20, 10],
  );
  assert.deepEqual(await sums([zeroRight], [[1e-40, 5]], { zeroBelow: 1e-35 }), [30]);
});

test('categories of a set go left, all else right, missing values the way of their node', async () => {
  const inSet = { ...SMALL, categories: new Map([[0, [0, 3, 40]]]) };
  const rows = [
    [0, 0],
    [3.7, 0],
    [40, 0],
    [1, 0],
    [41, 0],
    [1e9, 0],
    [-1, 0],
    [-0.5, 0],
    [Number.NaN, 0],
  ];
  const left = [10, 10, 10, 20, 20, 20, 20, 20, 10];
  assert.deepEqual(await sums([inSet], rows), left);
  assert.deepEqual(await sums([{ ...inSet, categories: new Map([[0, new CategoryBits([9, 256])]]) }], rows), left);
  const truncated = await sums(
    [inSet],
    [
      [-0.5, 0],
      [-1, 0],
    ],
    { truncateCategories: true },
  );
  assert.deepEqual(truncated, [10, 20]);
  const missingRight = { ...inSet, missing: [MISSING.right, 0, 0, 0, 0] };
  assert.deepEqual(await sums([missingRight], [[Number.NaN, 0]]), [20]);
});

test('sums start from the base and are divided, scaled and shifted at the end', async () => {
  const options = { base: [1], divideBy: 2, scale: 10, bias: [0.5] };
  assert.deepEqual(await sums([SMALL, SMALL], [[1, 0]], options), [((1 + 10 + 10) / 2) * 10 + 0.5]);
});

test('float32 sums are rounded after every addition', async () => {
  const tree = (value: number): TreeSpec => ({ ...SMALL, values: new Array(5).fill(Math.fround(value)) });
  const g = new GraphBuilder(2);
  const trees = [tree(16777216), tree(1), tree(1)];
  const value = await answers(planOf(g, addTrees(g, g.rows('f32'), trees, { outputs: 1, float32: true })), [[0, 0]]);
  assert.equal(value.type, 'f32');
  assert.deepEqual(Array.from(value.data as Float32Array), [16777216]);
  assert.deepEqual(await sums(trees, [[0, 0]]), [16777218]);
});

test('leaves of several numbers add to neighbouring columns, zeros included', async () => {
  const values = [
    [0, 0, 0],
    [0, 1, 0],
    [0, 0, 0],
    [2, 0, 3],
    [0, 0, 0],
  ].flat();
  const options = { outputs: 3, width: 3 };
  const rows = [
    [0, 0],
    [2, 0],
    [2, 3],
  ];
  assert.deepEqual(
    await sums(
      [
        { ...SMALL, values },
        { ...SMALL, values },
      ],
      rows,
      options,
    ),
    [0, 2, 0, 4, 0, 6, 0, 0, 0],
  );
});

test('a tree adds to its own column', async () => {
  const trees = [SMALL, { ...SMALL, target: 1 }, { ...SMALL, target: 1 }];
  assert.deepEqual(await sums(trees, [[0, 0]], { outputs: 2 }), [10, 20]);
});

test('a tree may be a single leaf, and an ensemble empty', async () => {
  const leaf: TreeSpec = { left: [-1], right: [-1], feature: [0], threshold: [0], values: [7] };
  assert.deepEqual(await sums([leaf, leaf], [[1], [Number.NaN]]), [14, 14]);
  assert.deepEqual(await sums([], [[1], [2]], { base: [3] }), [3, 3]);
});

test('the leaves themselves can be asked for', async () => {
  const g = new GraphBuilder(2);
  const tree = { ...SMALL, leafIds: [0, 100, 0, 101, 102] };
  const value = await answers(planOf(g, addTreeLeaves(g, g.rows(), [tree, tree])), [
    [0, 0],
    [2, 0],
    [2, 3],
  ]);
  assert.deepEqual(Array.from(value.data as Int32Array), [100, 100, 101, 101, 102, 102]);
  assert.deepEqual([...value.shape], [3, 2]);
});

const BROKEN: readonly (readonly [what: string, tree: TreeSpec, options?: Partial<TreesOptions>])[] = [
  ['the child 5, but the tree has 5 nodes', { ...SMALL, right: [5, -1, 4, -1, -1] }],
  ['the child -1, but', { ...SMALL, right: [-1, -1, 4, -1, -1] }],
  ['the child 0.5', { ...SMALL, right: [0.5, -1, 4, -1, -1] }],
  ['the child 0, which has another parent', { ...SMALL, right: [2, -1, 0, -1, -1] }],
  ['the child 1, which has another parent', { ...SMALL, right: [1, -1, 4, -1, -1] }],
  ['feature 2, but the model has 2', { ...SMALL, feature: [2, 0, 1, 0, 0] }],
  ['feature -1', { ...SMALL, feature: [-1, 0, 1, 0, 0] }],
  ['threshold that is no number', { ...SMALL, threshold: [Number.NaN, 0, 2, 0, 0] }],
  ['leaf without a number', { ...SMALL, values: [0, Number.NaN, 0, 20, 30] }],
  ['unknown rule', { ...SMALL, missing: [5, 0, 0, 0, 0] }],
  ['differ in length', { ...SMALL, threshold: [1] }],
  ['differ in length', { ...SMALL, values: [1] }],
  ['the tree is empty', { left: [], right: [], feature: [], threshold: [], values: [] }],
  ['adds to output 1', { ...SMALL, target: 1 }],
  ['adds to output -1', { ...SMALL, target: -1 }],
  ['-1 is no category', { ...SMALL, categories: new Map([[0, [-1]]]) }],
  ['sets of categories larger', { ...SMALL, categories: new Map([[0, [2 ** 31 - 1]]]) }],
  ['2 base values for 1 outputs', SMALL, { base: [1, 2] }],
];

for (const [what, tree, options] of BROKEN) {
  test(`refuses a tree: ${what}`, () => {
    const g = new GraphBuilder(2);
    const make = () => addTrees(g, g.rows(), [tree], { outputs: 1, ...options });
    assert.throws(make, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, new RegExp(what.replaceAll('.', '\\.')));
      return true;
    });
  });
}

test('a chain of 100,000 nodes is walked without recursion', async () => {
  const depth = 50_000;
  const nodes = 2 * depth + 1;
  const inner = (node: number) => node % 2 === 0 && node < 2 * depth;
  const numbers = Array.from({ length: nodes }, (_, node) => node);
  const chain: TreeSpec = {
    left: numbers.map(node => (inner(node) ? node + 1 : -1)),
    right: numbers.map(node => (inner(node) ? node + 2 : -1)),
    feature: numbers.map(() => 0),
    threshold: numbers.map(node => node / 2),
    values: numbers,
  };
  assert.deepEqual(await sums([chain], [[-1], [41.5], [1e9]]), [1, 85, nodes - 1]);
});
