import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type NearestParams, nearest } from '../../../src/kernels/neighbors/nearest.js';
import type { StoredArray, Value } from '../../../src/kernels/value.js';

const x = (data: readonly number[], columns: number): Value => ({
  type: 'f64',
  shape: [data.length / columns, columns],
  data: Float64Array.from(data),
});

function found(params: NearestParams, arrays: Record<string, StoredArray>, ...inputs: Value[]) {
  const [distances, indices] = nearest({ params, arrays })(inputs, inputs[0].shape[0]);
  return { distances: [...(distances.data as Float64Array)], indices: [...(indices.data as Int32Array)] };
}

describe('nearest points', () => {
  const line = Float64Array.of(0, 1, 2, 3, 4, 5);
  const euclidean = { name: 'euclidean' } as const;

  it('come nearest first', () => {
    const { distances, indices } = found({ k: 3, metric: euclidean }, { points: line }, x([1.9, 5], 1));
    assert.deepEqual(indices, [2, 1, 3, 5, 4, 3]);
    assert.ok(Math.abs(distances[0] - 0.1) < 1e-15 && distances[3] === 0);
  });

  it('of equally far ones the first met stay', () => {
    const { indices } = found({ k: 2, metric: euclidean }, { points: Float64Array.of(1, -1, 1, -1, 0) }, x([0], 1));
    assert.deepEqual(indices, [4, 0]);
    assert.deepEqual(found({ k: 1, metric: euclidean }, { points: Float64Array.of(1, -1) }, x([0], 1)).indices, [0]);
  });

  it('are chosen by a given order, and measured anew', () => {
    const order: Value = { type: 'f64', shape: [1, 6], data: Float64Array.of(9, 9, 1e-9, 0, 9, 9) };
    const { distances, indices } = found({ k: 2, metric: euclidean }, { points: line }, x([2], 1), order);
    assert.deepEqual(indices, [2, 3]);
    assert.deepEqual(distances, [0, 1]);
  });

  it('a k-d tree of one split finds the same, looking at one side only', () => {
    // Points 0 to 2 on the left, 3 to 5 on the right; a point moved far off shows that its side was left out.
    const points = Float64Array.of(0, 1, 2, 3, 4, 1.9);
    const arrays = {
      points,
      order: Int32Array.of(0, 1, 2, 3, 4, 5),
      starts: Int32Array.of(0, 0, 3),
      ends: Int32Array.of(6, 3, 6),
      leaves: Uint8Array.of(0, 1, 1),
      radii: Float64Array.of(2.5, 1, 1),
      bounds: Float64Array.of(0, 0, 3, 5, 2, 5),
    };
    const params = { k: 1, metric: euclidean, tree: { kind: 'kd', power: 2 } } as const;
    assert.deepEqual(found(params, arrays, x([1.6], 1)).indices, [2]);
    assert.deepEqual(found({ k: 1, metric: euclidean }, { points }, x([1.95], 1)).indices, [2]);
  });

  it('a vector of the single nearest has no second dimension', () => {
    const [distances, indices] = nearest({ params: { k: 1, metric: euclidean, flat: true }, arrays: { points: line } })(
      [x([1, 2], 1)],
      2,
    );
    assert.deepEqual([distances.shape, indices.shape], [[2], [2]]);
  });
});
