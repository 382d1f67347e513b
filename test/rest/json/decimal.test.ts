import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decimal, exactInteger, MAX_EXACT_DIGITS } from '../../../src/rest/json/decimal.js';
import { seededRandom } from '../../support/random.js';

/** `decimal` of up to 18 digits with the point `decimals` places from their end. */
function decimalOf(digits: string, decimals: number): number {
  const tail = digits.slice(9);
  return decimal(Number(digits.slice(0, 9)), Number(tail), tail.length, decimals);
}

test('decimal is what Number makes of the text, or NaN', () => {
  const random = seededRandom(1);
  let uncertain = 0;
  const count = 200_000;
  for (let i = 0; i < count; i++) {
    let digits = '';
    const length = 1 + Math.floor(random() * 18);
    while (digits.length < length) digits += Math.floor(random() * 10);
    const decimals = Math.floor(random() * 23);
    const found = decimalOf(digits, decimals);
    if (Number.isNaN(found)) uncertain++;
    else if (found !== Number(`${digits}e-${decimals}`)) assert.fail(`${digits}e-${decimals} gave ${found}`);
  }
  assert.ok(uncertain < count / 1000, `${uncertain} of ${count} are left to Number`);
});

test('decimal beside the middle of two doubles', () => {
  const random = seededRandom(2);
  for (let i = 0; i < 50_000; i++) {
    // Odd integers of 54 bits are in the middle of two doubles; so are they divided by powers of two, which 10^decimals is not
    const middle = 2n ** 53n + 1n + 2n * BigInt(Math.floor(random() * 2 ** 51));
    for (const offset of [-1n, 0n, 1n]) {
      const digits = String(middle + offset);
      const found = decimalOf(digits, 0);
      assert.ok(Number.isNaN(found) || found === Number(digits), `${digits} gave ${found}`);
    }
    // The shortest text of a double, and its neighbours in the last place
    const text = String(1 + random());
    const nines = text.slice(2).padEnd(16, '0').slice(0, 16);
    for (const step of [-1n, 0n, 1n]) {
      const digits = String(BigInt(`1${nines}`) + step);
      const found = decimalOf(digits, 16);
      assert.ok(Number.isNaN(found) || found === Number(`${digits}e-16`), `${digits}e-16 gave ${found}`);
    }
  }
});

test('exactInteger', () => {
  for (const text of ['0', '-0', '7', '-12', '9'.repeat(MAX_EXACT_DIGITS), `-${'9'.repeat(MAX_EXACT_DIGITS)}`]) {
    assert.ok(Object.is(exactInteger(Buffer.from(`x${text}x`), 1, text.length + 1), Number(text)), text);
  }
});
