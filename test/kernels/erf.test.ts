import assert from 'node:assert/strict';
import { it } from 'node:test';
import { erf } from '../../src/kernels/erf.js';

/** x, erf(x) to 17 digits. */
const known: readonly (readonly [number, number])[] = [
  [0, 0],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [2.5, 0.9995930479825551],
  [3, 0.9999779095030014],
  [5, 0.9999999999984626],
  [7, 1],
  [Number.POSITIVE_INFINITY, 1],
];

it('erf is right to the last digits, and odd', () => {
  for (const [x, wanted] of known) {
    for (const sign of [1, -1]) {
      const got = erf(sign * x);
      assert.ok(Math.abs(got - sign * wanted) <= 3e-16 * Math.abs(wanted), `erf(${sign * x}): ${got}`);
    }
  }
  assert.ok(Number.isNaN(erf(Number.NaN)));
});
