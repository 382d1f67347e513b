import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertLightgbmFile } from '../../../src/convert/boosters/lightgbm.js';
import { LIGHTGBM_TEXT } from '../../support/booster-documents.js';
import { checkGolden, goldenCase, goldenNames, modelBytes } from '../../support/golden.js';
import { answers } from '../../support/run-kernel.js';

for (const name of goldenNames(/^lightgbm-.*\/(?!joblib-)/)) {
  test(`answers like ${name}`, async () => {
    const golden = goldenCase(name);
    await checkGolden(convertLightgbmFile(modelBytes(golden)), golden);
  });
}

async function ask(text: string, rows: readonly (readonly number[])[]): Promise<number[]> {
  return Array.from((await answers(convertLightgbmFile(Buffer.from(text)), rows)).data as Float64Array);
}

test('missing values, categories and thresholds', async () => {
  const rows = [
    [0.5, 9],
    [Number.NaN, 9],
    [1, 0],
    [1, 2.9],
    [1, 1],
    [1, -1],
    [1, Number.NaN],
  ];
  // decision 2: nothing is missing, so NaN counts as 0.
  assert.deepEqual(await ask(LIGHTGBM_TEXT, rows), [1, 1, 2, 2, 3, 3, 3]);
});

const OBJECTIVES: readonly (readonly [objective: string, answer: number])[] = [
  ...['regression', 'regression_l1', 'huber', 'fair', 'quantile', 'mape', 'lambdarank', 'rank_xendcg', 'custom'].map(
    name => [name, 3] as const,
  ),
  ['regression sqrt', 9],
  ['poisson', Math.exp(3)],
  ['gamma', Math.exp(3)],
  ['tweedie', Math.exp(3)],
  ['binary sigmoid:1', 1 / (1 + Math.exp(-3))],
  ['binary sigmoid:2', 1 / (1 + Math.exp(-6))],
  ['multiclassova num_class:1 sigmoid:2', 1 / (1 + Math.exp(-6))],
  ['cross_entropy', 1 / (1 + Math.exp(-3))],
  ['cross_entropy_lambda', Math.log1p(Math.exp(3))],
];

for (const [objective, answer] of OBJECTIVES) {
  test(`${objective} answers ${answer}`, async () => {
    assert.deepEqual(await ask(LIGHTGBM_TEXT.replace('=regression', `=${objective}`), [[1, 1]]), [answer]);
  });
}

test('a file without an objective answers the sum; a random forest the mean', async () => {
  assert.deepEqual(await ask(LIGHTGBM_TEXT.replace('objective=regression\n', ''), [[1, 1]]), [3]);
  const twoTrees = LIGHTGBM_TEXT.replace(/(Tree=0\n.*?\n\n\n)/s, tree => tree + tree.replace('Tree=0', 'Tree=1'));
  assert.deepEqual(await ask(twoTrees, [[1, 1]]), [6]);
  assert.deepEqual(await ask(twoTrees.replace('version', 'average_output\nversion'), [[1, 1]]), [3]);
});

test('names are kept unless they are the ones LightGBM makes up', () => {
  const named = convertLightgbmFile(Buffer.from(LIGHTGBM_TEXT.replace('Column_0 Column_1', 'age Column_1')));
  assert.deepEqual(named.input.names, ['age', 'Column_1']);
});
