import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonObject } from '../../src/settings/json-object.js';

const refused: [text: string, message: RegExp][] = [
  ['', /^s\.json: expected JSON, found a syntax error: Unexpected end of JSON input$/],
  ['{\n  "a": 1\n  "b": 2\n}', /^s\.json: expected JSON, found a syntax error: .+ at line 3, column 3$/],
  ['{"a": NaN}', /^s\.json: expected JSON, found a syntax error: /],
  ["{'a': 1}", /^s\.json: expected JSON, found a syntax error: /],
  ['[]', /^s\.json: expected a JSON object, found a list$/],
  ['"a"', /^s\.json: expected a JSON object, found "a"$/],
  ['null', /^s\.json: expected a JSON object, found null$/],
  ['7', /^s\.json: expected a JSON object, found 7$/],
  [`{"a": ${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`, /^s\.json: expected JSON, found a syntax error: /],
];

for (const [text, message] of refused) {
  test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.throws(() => parseJsonObject(text, 's.json'), { name: 'SettingsError', message });
  });
}

test('a key __proto__ is dropped at every depth', () => {
  const { values } = parseJsonObject('{"__proto__": {"debug": true}, "extra": {"__proto__": {"p": 1}, "k": 2}}', 's');
  assert.deepEqual([...values.keys()], ['extra']);
  const extra = values.get('extra') as object;
  assert.deepEqual(Object.getOwnPropertyNames(extra), ['k']);
  assert.equal(Object.getPrototypeOf({ ...extra }), Object.prototype);
  assert.equal(({} as { p?: number }).p, undefined);
});

test('keys written twice in one object are warned of, others not', () => {
  const text = `{
    "debug": true, "a": {"debug": 1, "list": [{"x": 1}, {"x": 2}]}, "\\u0064ebug": false,
    "text": "\\"debug\\": {", "b": {"y": "}", "y": ":"}
  }`;
  const { values, warnings } = parseJsonObject(text, 's.json');
  assert.equal(values.get('debug'), false);
  assert.deepEqual(warnings, [
    "s.json: field 'debug' is written twice; the last one counts",
    "s.json: field 'y' is written twice; the last one counts",
  ]);
});

test('very long strings are no trouble', () => {
  const long = '\\n'.repeat(1_000_000);
  assert.deepEqual(parseJsonObject(`{"a": "${long}", "b": "${'x'.repeat(3_000_000)}"}`, 's').warnings, []);
});
