import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type MetricParams, metricOf } from '../../../src/kernels/neighbors/metric.js';

const a = Float64Array.of(1, 0, 3, -2);
const b = Float64Array.of(2, 0, -1, 2);
const weights = Float64Array.of(1, 2, 4, 0.5);
const matrix = Float64Array.of(2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 3);
const yes = Float64Array.of(1, 1, 0, 0, 1);
const no = Float64Array.of(1, 0, 1, 0, 0);

/** Distances between (1, 0, 3, -2) and (2, 0, -1, 2), worked out by hand. */
const numbers: readonly (readonly [MetricParams, number, object?])[] = [
  [{ name: 'euclidean' }, Math.sqrt(1 + 16 + 16)],
  [{ name: 'sqeuclidean' }, 33],
  [{ name: 'nan_euclidean' }, Math.sqrt(33)],
  [{ name: 'seuclidean' }, Math.sqrt(1 + 16 / 4 + 16 / 0.5), { weights }],
  [{ name: 'mahalanobis' }, Math.sqrt(2 + 0 + (16 - 16) + (-16 + 48)), { matrix }],
  [{ name: 'manhattan' }, 9],
  [{ name: 'chebyshev' }, 4],
  [{ name: 'minkowski', p: 3 }, (1 + 64 + 64) ** (1 / 3)],
  [{ name: 'minkowski', p: 3 }, (1 + 4 * 64 + 0.5 * 64) ** (1 / 3), { weights }],
  [{ name: 'wminkowski', p: 2 }, Math.sqrt(1 + 16 * 16 + 2 * 2), { weights }],
  [{ name: 'canberra' }, 1 / 3 + 4 / 4 + 4 / 4],
  [{ name: 'braycurtis' }, 9 / 11],
  [{ name: 'cosine' }, 1 - (2 - 3 - 4) / Math.sqrt(14 * 9)],
  [{ name: 'hamming' }, 3 / 4],
];

/** Between (1, 1, 0, 0, 1) and (1, 0, 1, 0, 0): one both true, two only the first, one only the second. */
const truths: readonly (readonly [MetricParams['name'], number])[] = [
  ['jaccard', 3 / 4],
  ['matching', 3 / 5],
  ['dice', 3 / 5],
  ['kulsinski', (3 - 1 + 5) / (3 + 5)],
  ['rogerstanimoto', 6 / 8],
  ['russellrao', 4 / 5],
  ['sokalmichener', 6 / 8],
  ['sokalsneath', 3 / 3.5],
  ['yule', 4 / (1 + 2)],
];

describe('metrics', () => {
  for (const [params, wanted, arrays] of numbers) {
    it(`${params.name}${arrays === undefined ? '' : ` with ${Object.keys(arrays)}`}`, () => {
      const { reduced, toDistance, toReduced } = metricOf(params, { ...arrays });
      const distance = toDistance(reduced(a, 0, b, 0, 4));
      assert.ok(Math.abs(distance - wanted) < 1e-14, `${distance}, expected ${wanted}`);
      assert.ok(Math.abs(toDistance(toReduced(wanted)) - wanted) < 1e-14);
    });
  }

  for (const [name, wanted] of truths) {
    it(name, () => {
      assert.equal(metricOf({ name }, {}).reduced(yes, 0, no, 0, 5), wanted);
    });
  }

  it('haversine goes a quarter round the world', () => {
    const { reduced, toDistance } = metricOf({ name: 'haversine' }, {});
    const north = Float64Array.of(Math.PI / 2, 1);
    assert.ok(Math.abs(toDistance(reduced(north, 0, Float64Array.of(0, 2), 0, 2)) - Math.PI / 2) < 1e-15);
  });

  it('correlation does not mind scale and offset', () => {
    const { reduced } = metricOf({ name: 'correlation' }, {});
    const scaled = a.map(value => 3 * value + 10);
    assert.ok(Math.abs(reduced(a, 0, scaled, 0, 4)) < 1e-15);
  });

  it('nan_euclidean scales up what is known, and is unknown when nothing is', () => {
    const { reduced, toDistance } = metricOf({ name: 'nan_euclidean' }, {});
    const half = Float64Array.of(2, Number.NaN, -1, Number.NaN);
    assert.equal(toDistance(reduced(a, 0, half, 0, 4)), Math.sqrt(17 * 2));
    assert.ok(Number.isNaN(reduced(a, 0, new Float64Array(4).fill(Number.NaN), 0, 4)));
  });
});
