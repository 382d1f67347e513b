import assert from 'node:assert/strict';
import { it } from 'node:test';
import { digamma } from '../../src/convert/digamma.js';

it('digamma is right to the last digits', () => {
  const known: readonly (readonly [number, number])[] = [
    [1e-3, -1000.5755719318103],
    [0.5, -1.9635100260214235],
    [1, -0.5772156649015329],
    [2, 0.42278433509846713],
    [10, 2.251752589066721],
    [1234.5, 7.1180162318279985],
  ];
  for (const [x, wanted] of known) {
    assert.ok(Math.abs(digamma(x) - wanted) <= 1e-15 * Math.max(1, Math.abs(wanted)), `digamma(${x}): ${digamma(x)}`);
  }
  assert.ok(Number.isNaN(digamma(0)) && Number.isNaN(digamma(-1)));
});
