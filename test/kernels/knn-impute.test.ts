import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KnnImputeParams, knnImpute } from '../../src/kernels/knn-impute.js';
import { f64, runKernel } from '../support/kernel-values.js';

const GAP = Number.NaN;
const fitted = Float64Array.of(0, 10, 1, 20, 4, 60, 0, 80);
const present = Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 1);
const params: KnnImputeParams = {
  neighbors: 2,
  weighted: false,
  countsUnknown: false,
  missing: null,
  columns: 2,
  kept: [0, 1],
};

function imputed(row: readonly number[], changes: Partial<KnnImputeParams> = {}): number[] {
  const [value] = runKernel(knnImpute, [f64([1, 2], ...row)], { ...params, ...changes }, { fitted, present });
  return [...(value.data as Float64Array)];
}

describe('gaps filled from the nearest rows', () => {
  it('with their mean', () => assert.deepEqual(imputed([0.9, GAP]), [0.9, 15]));

  it('with their mean by distance, or from those at no distance alone', () => {
    const [, value] = imputed([0.25, GAP], { weighted: true });
    assert.ok(Math.abs(value - (10 * 4 + 20 / 0.75) / (4 + 1 / 0.75)) < 1e-12);
    assert.deepEqual(imputed([1, GAP], { weighted: true }), [1, 20]);
  });

  it('with the mean of all for a row without numbers', () => {
    assert.deepEqual(imputed([GAP, GAP]), [5 / 3, (10 + 20 + 60 + 80) / 4]);
  });

  it('with rows that cannot be compared only where those count', () => {
    assert.deepEqual(imputed([0, GAP], { neighbors: 9 }), [0, 30]);
    assert.deepEqual(imputed([0, GAP], { neighbors: 9, countsUnknown: true }), [0, 42.5]);
  });

  it('where a number stands for what is missing', () =>
    assert.deepEqual(imputed([0.9, -1], { missing: -1 }), [0.9, 15]));

  it('of the kept columns', () => assert.deepEqual(imputed([0.9, GAP], { kept: [1] }), [15]));
});
