import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { radiusMeans } from '../../../src/kernels/neighbors/radius-means.js';
import { radiusVotes } from '../../../src/kernels/neighbors/radius-votes.js';
import type { Value } from '../../../src/kernels/value.js';

const points = Float64Array.of(0, 1, 3);
const rows: Value = { type: 'f64', shape: [3, 1], data: Float64Array.of(0.5, 1, 9) };
const common = { metric: { name: 'euclidean' }, radius: 2, columns: 1 } as const;

describe('votes within a radius', () => {
  const arrays = { points, 0: Int32Array.of(0, 1, 1) };

  it('count every point inside, the border included', () => {
    const params = { ...common, weighting: 'uniform', classes: [2], outliers: [0] } as const;
    const [votes] = radiusVotes({ params, arrays })([rows], 3);
    assert.deepEqual([...(votes.data as Float64Array)], [1, 1, 1, 2, 1, 0]);
  });

  it('by distance: a point at distance 0 takes all', () => {
    const params = { ...common, weighting: 'distance', classes: [2], outliers: [1] } as const;
    const [votes] = radiusVotes({ params, arrays })([rows], 3);
    assert.deepEqual([...(votes.data as Float64Array)], [2, 2, 0, 1, 0, 1]);
  });

  it('a row without neighbours is refused when outliers have no label', () => {
    const params = { ...common, weighting: 'uniform', classes: [2] } as const;
    assert.throws(() => radiusVotes({ params, arrays })([rows], 3), /row 2 has no neighbours within radius 2/);
  });
});

describe('means within a radius', () => {
  it('are NaN where there are no neighbours', () => {
    const params = { ...common, weighting: 'uniform', targets: 1, flat: true, empty: null } as const;
    const [means] = radiusMeans({ params, arrays: { points, targets: Float64Array.of(1, 2, 6) } })([rows], 3);
    assert.deepEqual([...(means.data as Float64Array)], [1.5, 3, Number.NaN]);
  });
});
