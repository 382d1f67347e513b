import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linearLeaves } from '../../src/kernels/linear-leaves.js';

test('a leaf answers its linear model, or its constant where a feature is missing', () => {
  const step = linearLeaves({
    params: { outputs: 1, flat: true, divideBy: 2, zeroBelow: 1e-35 },
    arrays: {
      target: Int32Array.of(0, 0),
      constant: Float64Array.of(1, 5, 7),
      missing: Float64Array.of(-1, -5, -7),
      start: Int32Array.of(0, 2, 2, 3),
      feature: Int32Array.of(0, 1, 1),
      coefficient: Float64Array.of(10, 100, 1e40),
    },
  });
  const rows = Float64Array.of(1, 2, 1, Number.NaN, 0, 1e-36);
  const leaves = Int32Array.of(0, 1, 0, 1, 1, 2);
  const [value] = step(
    [
      { type: 'f64', shape: [3, 2], data: rows },
      { type: 'i32', shape: [3, 2], data: leaves },
    ],
    3,
  );
  assert.deepEqual(value, { type: 'f64', shape: [3], data: Float64Array.of((211 + 5) / 2, (-1 + 5) / 2, (5 + 7) / 2) });
});
