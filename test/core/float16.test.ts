import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float16FromNumber, float16ToNumber } from '../../src/core/float16.js';

/** Value of a half by the definition, without bit tricks. */
function defined(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = Math.floor(bits / 1024) % 32;
  const fraction = bits % 1024;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * (fraction / 1024) * 2 ** -14;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

test('all 65536 halves have the value of their definition and come back from it', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = float16ToNumber(bits);
    if (!Object.is(value, defined(bits))) assert.fail(`${bits} gave ${value}, not ${defined(bits)}`);
    const back = float16FromNumber(value);
    if (Number.isNaN(value) ? !Number.isNaN(float16ToNumber(back)) : back !== bits)
      assert.fail(`${bits} came back ${back}`);
  }
});

test('a number between two halves goes to the nearer one, from the middle to the even one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = float16ToNumber(bits);
    const high = float16ToNumber(bits + 1);
    const middle = (low + high) / 2;
    const even = bits % 2 === 0 ? bits : bits + 1;
    const found = [float16FromNumber(middle), float16FromNumber(below(middle)), float16FromNumber(above(middle))];
    if (found[0] !== even || found[1] !== bits || found[2] !== bits + 1) assert.fail(`around ${middle}: ${found}`);
    if (float16FromNumber(-middle) !== (even | 0x8000)) assert.fail(`at ${-middle}`);
  }
});

test('beyond the range there is infinity, and nothing is lost on the way to zero', () => {
  assert.equal(float16FromNumber(65504), 0x7bff);
  assert.equal(float16FromNumber(below(65520)), 0x7bff);
  assert.equal(float16FromNumber(65520), 0x7c00);
  assert.equal(float16FromNumber(-1e300), 0xfc00);
  assert.equal(float16FromNumber(Number.NEGATIVE_INFINITY), 0xfc00);
  assert.equal(float16FromNumber(2 ** -25), 0);
  assert.equal(float16FromNumber(above(2 ** -25)), 1);
  assert.equal(float16FromNumber(Number.MIN_VALUE), 0);
  assert.equal(float16FromNumber(-Number.MIN_VALUE), 0x8000);
  assert.equal(float16FromNumber(-0), 0x8000);
});

const double = new Float64Array(1);
const bits64 = new BigInt64Array(double.buffer);

/** The next double away from zero, or towards it. */
function above(value: number, step = 1n): number {
  double[0] = value;
  bits64[0] += step;
  return double[0];
}

function below(value: number): number {
  return above(value, -1n);
}
