import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { fitShape } from '../../src/core/fit-shape.js';
import { bytesColumn, type TensorData } from '../../src/core/tensor.js';

const four = Float32Array.of(1, 2, 3, 4);

function refused(shape: readonly number[], data: TensorData, message: string): void {
  assert.throws(
    () => fitShape('x', shape, data),
    (error: unknown) =>
      error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && error.message === `input 'x': ${message}`,
  );
}

describe('fitShape', () => {
  it('answers the shape that fits, its open size worked out', () => {
    assert.deepEqual(fitShape('x', [2, 2], four), [2, 2]);
    assert.deepEqual(fitShape('x', [], Float32Array.of(1)), []);
    assert.deepEqual(fitShape('x', [-1, 2], four), [2, 2]);
    assert.deepEqual(fitShape('x', [4, -1], four), [4, 1]);
    assert.deepEqual(fitShape('x', [-1], new Float32Array()), [0]);
  });

  it('takes one text whose shape is the number of its characters', () => {
    assert.deepEqual(fitShape('x', [5], bytesColumn(['hełło'])), [1]);
    assert.deepEqual(fitShape('x', [2], bytesColumn(['😀x'])), [1]);
    refused([4], bytesColumn(['hełło']), 'shape [4] needs 4 values, got 1');
    refused([3], bytesColumn(['ab', 'c']), 'shape [3] needs 3 values, got 2');
    refused([1, 5], bytesColumn(['hello']), 'shape [1,5] needs 5 values, got 1');
  });

  it('refuses what does not fit', () => {
    refused([3], four, 'shape [3] needs 3 values, got 4');
    refused([-1, 3], four, 'shape [-1,3] cannot hold 4 values');
    refused([-1, 0], four, 'shape [-1,0] cannot hold 4 values');
    refused([-1, -1], four, 'shape [-1,-1] may leave one size open, not more');
    refused([-2], four, 'shape [-2] must hold whole numbers of 0 or more');
  });
});
