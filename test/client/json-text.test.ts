import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayElements, flattened, objectMembers, objectText } from '../../src/client/json-text.js';

test('takes objects and arrays apart without reading what is in them', () => {
  const text = ' { "id" : "a\\"}b", "n": 9007199254740993, "x": [NaN, {"y": ["]"]}],\t"last": null } ';
  assert.deepEqual(
    [...objectMembers(text)],
    [
      ['id', '"a\\"}b"'],
      ['n', '9007199254740993'],
      ['x', '[NaN, {"y": ["]"]}]'],
      ['last', 'null'],
    ],
  );
  assert.deepEqual(arrayElements('[1.50, "a,b" ,[2,3], {"a":1}]'), ['1.50', '"a,b"', '[2,3]', '{"a":1}']);
  assert.deepEqual([arrayElements('[]'), arrayElements(' [ ] '), objectMembers('{ }').size], [[], [], 0]);
  assert.deepEqual([...objectMembers('{"\\u0061\\n": "\\\\"}')], [['a\n', '"\\\\"']]);
});

test('puts them together on one line', () => {
  assert.equal(
    objectText([...objectMembers('{\n "a": [\n  1,\r\n 2 ],\n "b\\n": "c\\n" }')]),
    '{"a":[   1,  2 ],"b\\n":"c\\n"}',
  );
});

test('takes the brackets off nested arrays, and only those', () => {
  assert.deepEqual(flattened('[[1, 2], [[3], []], "[4]"]'), ['1', '2', '3', '"[4]"']);
  assert.deepEqual(flattened('[]'), []);
});

const BROKEN: [text: string, reason: RegExp][] = [
  ['', /expected '\{' at character 1, found nothing/],
  ['[1]', /expected '\{' at character 1/],
  ['{"a": 1', /expected the end of what began at character 1/],
  ['{"a": "b}', /expected the end of the text that began at character 7/],
  ['{"a" 1}', /expected ':' at character 6, found '1}'/],
  ['{"a": }', /expected a value at character 7/],
  ['{"a": 1,}', /expected a value at character 9/],
  ['{a: 1}', /expected a name in quotes at character 2/],
  ['{"a": 1 "b": 2}', /expected ',' at character 9/],
  ['{} {}', /expected the end at character 4/],
  ['{"\\x": 1}', /JSON/],
];

for (const [text, reason] of BROKEN) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => objectMembers(text), { name: 'SyntaxError', message: reason });
  });
}
