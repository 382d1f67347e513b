import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../../src/core/errors.js';
import { JsonCursor } from '../../../src/rest/json/cursor.js';
import { readValue } from '../../../src/rest/json/read.js';
import { seededRandom } from '../../support/random.js';

/** The value behind `x`, or undefined when the cursor refuses the text. */
function read(text: string): { value: unknown } | undefined {
  try {
    const cursor = new JsonCursor(Buffer.from(text));
    const value = readValue(cursor);
    cursor.finish();
    return { value };
  } catch (error) {
    assert.ok(error instanceof ServerError, `${text}: ${error}`);
    return undefined;
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

test('a text is JSON for the cursor when it is for JSON.parse, also with a character changed, left out or put in', () => {
  const random = seededRandom(4);
  const int = (end: number) => Math.floor(random() * end);
  const source =
    '{"a":[1,-2.5e+10,0.5E-3,true,false,null,"t\\"\\\\\\u00e4\\n ü",[],{}],"b":{"c":[[0],{"d":""}]} , "e" :\t-0\r\n}';
  const characters = '{}[]",:\\ \n\t0123456789-+.eEutrfalsn\u0001\u00e4x/';
  let accepted = 0;
  for (let i = 0; i < 50_000; i++) {
    let text = source;
    for (let changes = 1 + int(2); changes > 0; changes--) {
      const at = int(text.length);
      const put = int(3) === 0 ? '' : characters[int(characters.length)];
      text = text.slice(0, at) + put + text.slice(at + int(2));
    }
    const expected = parse(text);
    // What is no object is JSON, but no body
    if (expected !== undefined && (typeof expected.value !== 'object' || Array.isArray(expected.value))) continue;
    assert.deepEqual(read(text), expected, text);
    if (expected !== undefined) accepted++;
  }
  assert.ok(accepted > 1000, `only ${accepted} texts were JSON`);
});

test('every text that is cut off is refused', () => {
  const text = '{"a":[1,-2.5e+10,true,null,"t\\"\\u00e4\\ud83d\\ude00}",{"b":{}}],"c":"}"}';
  assert.deepEqual(read(text), parse(text));
  for (let end = 0; end < text.length; end++) assert.equal(read(text.slice(0, end)), undefined, text.slice(0, end));
});

test('the path tells list, item and field', () => {
  const cursor = new JsonCursor(Buffer.from('{}'));
  assert.equal(cursor.path(), 'body');
  cursor.field = 'id';
  assert.equal(cursor.path(), 'id');
  cursor.list = 'inputs';
  cursor.index = 3;
  assert.equal(cursor.path(), 'inputs[3].id');
  cursor.field = '';
  assert.equal(cursor.path(), 'inputs[3]');
});
