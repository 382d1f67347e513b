import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeInferRequest } from '../../../src/rest/infer-json.js';
import { seededRandom } from '../../support/random.js';

function scan(datatype: string, literals: readonly string[], separator = ','): ArrayLike<number> {
  const data = `[${literals.join(separator)}]`;
  const body = `{"inputs":[{"name":"x","shape":[${literals.length}],"datatype":"${datatype}","data":${data}}]}`;
  return decodeInferRequest(Buffer.from(body)).inputs[0].data as Float64Array;
}

function sameAsJsonParse(literals: readonly string[], separator?: string): void {
  const values = scan('FP64', literals, separator);
  const singles = scan('FP32', literals.filter(isSingle), separator);
  let single = 0;
  for (const [i, literal] of literals.entries()) {
    const parsed: number = JSON.parse(literal);
    if (!Object.is(values[i], parsed)) assert.fail(`${literal} gave ${values[i]}, JSON.parse ${parsed}`);
    if (isSingle(literal) && !Object.is(singles[single++], Math.fround(parsed))) assert.fail(`${literal} as FP32`);
  }
}

function isSingle(literal: string): boolean {
  return Number.isFinite(Math.fround(Number(literal)));
}

test('100 thousand random numbers are what JSON.parse makes of them, bit for bit', () => {
  const random = seededRandom(3);
  const int = (end: number) => Math.floor(random() * end);
  const digits = (most: number) => Array.from({ length: 1 + int(most) }, () => int(10)).join('');
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  const forms: (() => string)[] = [
    () => `${int(1e6)}`,
    () => `${int(100)}.${digits(3)}`,
    () => `${int(1e9)}.${digits(9)}`,
    () => `0.${digits(20)}`,
    () => `0.${'0'.repeat(int(25))}${digits(20)}`,
    () => `${1 + int(9)}${digits(25)}`,
    () => `${1 + int(9)}${digits(12)}.${digits(12)}`,
    () => `${int(10)}.${digits(17)}e${int(2) ? '-' : ''}${int(30)}`,
    () => `${int(1000)}E+${int(308)}`,
    () => `${1 + int(9)}.${digits(25)}e-${300 + int(30)}`,
    () => String(random()),
    () => String(Math.fround(random() * 100)),
    // Any bits at all: subnormals, the largest and the smallest
    () => {
      do {
        words[0] = int(2 ** 32);
        words[1] = int(2 ** 32);
      } while (!Number.isFinite(double[0]));
      return String(Math.abs(double[0]));
    },
    () => {
      words[0] = int(2 ** 32);
      words[1] = int(2 ** 20);
      return String(double[0]);
    },
  ];
  const separators = [',', ', ', ' , ', ',\n    '];
  for (let round = 0; round < 100; round++) {
    const literals = Array.from({ length: 1000 }, () => (int(2) ? '-' : '') + forms[int(forms.length)]()).filter(
      literal => Number.isFinite(Number(literal)),
    );
    sameAsJsonParse(literals, separators[round % separators.length]);
  }
});

test('numbers at the edges of what the scanner does itself', () => {
  const literals = [
    ...['0', '-0', '0.0', '-0.0', '0e0', '0.000000000', '0.0000000000000000000', '0.0000000000000000001'],
    ...['999999999', '1000000000', '9999999999', '4294967295', '4294967296', '2147483648', '-2147483648'],
    ...['123456789.5', '999999999.999999999', '99999999.999999999', '1234567890.5', '0.999999999', '0.9999999999'],
    ...['0.123456789012345678', '0.1234567890123456789', '1.23456789012345678', '1.234567890123456789'],
    ...['9007199254740991', '9007199254740992', '9007199254740993', '9007199254740995', '999999999999999', '1e15'],
    ...[
      '0.000000012345678901',
      '0.00000000012345678901',
      '1.000000000000000111',
      '1.00000000000000011102230246251565404',
    ],
    ...[
      '1e22',
      '1e23',
      '1e-22',
      '1e-23',
      '123456789e22',
      '8.5e22',
      '1.7976931348623157e308',
      '5e-324',
      '2.5e-324',
      '2e-324',
    ],
    ...[
      '2.2250738585072011e-308',
      '2.2250738585072014e-308',
      '179769313486231580793728971405301e276',
      '0.1',
      '0.2',
      '0.3',
    ],
    ...['100000000000000000000000000000000000000000000000000', `0.${'1'.repeat(800)}`, `${'7'.repeat(300)}.25`],
  ];
  for (const separator of [',', ', ', '\t,\r\n']) sameAsJsonParse(literals, separator);
  for (const literal of literals) sameAsJsonParse([literal]);
});

test('FP16 values are rounded once', () => {
  assert.deepEqual(
    scan('FP16', [
      '1.00048828125',
      '1.00048828125000000001',
      '1.0004882812501',
      '-5.9604644775390625e-8',
      '2.98e-8',
      '65519.99',
    ]),
    Uint16Array.of(0x3c00, 0x3c00, 0x3c01, 0x8001, 0, 0x7bff),
  );
});

test('numbers, words and lists may follow each other in one list', () => {
  const literals = ['1.5', 'null', '2', '"3.25"', '1e3', 'true', '0.12345678901234567890', '-4', '12345678901', '-0.5'];
  const expected = [1.5, Number.NaN, 2, 3.25, 1000, 1, 0.12345678901234568, -4, 12345678901, -0.5];
  assert.deepEqual(Array.from(scan('FP64', literals)), expected);
  assert.deepEqual(Array.from(scan('FP64', [...literals].reverse(), ' , ')), [...expected].reverse());
});
