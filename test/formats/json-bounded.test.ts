import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Field } from '../../src/formats/document.js';
import { parseJson } from '../../src/formats/json-bounded.js';

const parse = (text: string) => parseJson(Buffer.from(text));

test('reads the words that JSON has no number for, but not inside of texts', () => {
  const text = '{"a": [NaN, Infinity, -Infinity, 1], "NaN": "x\\"NaN Infinity"}';
  assert.deepEqual(parse(text), { a: [null, Infinity, -Infinity, 1], NaN: 'x"NaN Infinity' });
});

test('a key __proto__ reaches nobody', () => {
  const field = new Field(parse('{"__proto__": {"polluted": true}, "constructor": 1}'), '');
  assert.equal(field.find('polluted'), undefined);
  assert.equal(field.find('toString'), undefined);
  assert.equal(field.get('constructor').number(), 1);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
});

const BROKEN: readonly (readonly [what: string, text: string, reason: RegExp])[] = [
  ['half a document', '{"a": [1, 2', /not a JSON document/],
  ['a word', 'Nonsense', /not a JSON document/],
  ['100,000 lists in each other', '['.repeat(100_000), /deeper than 512/],
  ['a text that does not end', '{"a": "b', /not a JSON document/],
  ['a text of quotes that does not end, behind a NaN', `{"a": NaN, "b": "${'\\"'.repeat(3e5)}`, /not a JSON document/],
];
for (const [what, text, reason] of BROKEN) {
  test(`refuses ${what}`, () => assert.throws(() => parse(text), { code: 'INVALID_ARGUMENT', message: reason }));
}

test('refuses bytes that are not UTF-8, and more bytes than allowed', () => {
  assert.throws(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => parseJson(Buffer.from('[1, 2, 3]'), { maxBytes: 8 }), /at most 8/);
});

test('reads long texts beside a NaN', () => {
  const text = 'x'.repeat(2e7);
  assert.deepEqual(parseJson(Buffer.from(`[NaN, "${text}"]`)), [null, text]);
});

test('depth counts brackets outside of texts only', () => {
  assert.deepEqual(parseJson(Buffer.from('["[[[["]'), { maxDepth: 1 }), ['[[[[']);
  assert.throws(() => parseJson(Buffer.from('[[]]'), { maxDepth: 1 }), /deeper than 1/);
});
