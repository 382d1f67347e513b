import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Field } from '../../src/formats/document.js';

const field = new Field(
  { a: { b: [1, true, null], text: '7.5', empty: '', list: [{ n: 1 }] }, typed: Int32Array.of(1, 2) },
  '',
);

test('reads what is there', () => {
  const a = field.get('a');
  assert.deepEqual(Array.from(a.get('b').numbers()), [1, 1, Number.NaN]);
  assert.equal(a.get('text').number(), 7.5);
  assert.equal(a.get('list').items()[0].get('n').integer(), 1);
  assert.equal(field.get('typed').numbers(2), field.get('typed').value);
  assert.deepEqual(
    field.entries().map(([key]) => key),
    ['a', 'typed'],
  );
});

const BROKEN: readonly (readonly [read: () => unknown, message: string])[] = [
  [() => field.get('c'), "the document: has no 'c'"],
  [() => field.get('typed').get('x'), 'typed: expected an object, got a list'],
  [() => field.get('a').get('b').text(), 'a.b: expected text, got a list'],
  [() => field.get('a').get('empty').number(), "a.empty: expected a number, got ''"],
  [() => field.get('a').get('text').integer(), 'a.text: expected a whole number from 0 to 2147483647, got 7.5'],
  [() => field.get('a').get('list').numbers(), 'a.list: expected numbers, got an object at 0'],
  [() => field.get('a').get('list').items()[0].get('m'), "a.list[0]: has no 'm'"],
  [() => field.get('a').items(), 'a: expected a list, got an object'],
  [() => field.get('typed').numbers(3), 'typed: expected 3 numbers, got 2'],
  [() => field.get('typed').integers(2, 0, 1), 'typed: expected whole numbers from 0 to 1, got 2 at 1'],
  [() => field.get('a').get('b').integers(), 'a.b: expected whole numbers from 0 to 2147483647, got NaN at 2'],
];

for (const [read, message] of BROKEN) {
  test(`says: ${message}`, () => assert.throws(read, { code: 'INVALID_ARGUMENT', message }));
}
