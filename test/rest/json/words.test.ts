import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownWord } from '../../../src/rest/json/words.js';

test('a text is itself, seen for the first time or again, whichever others came between', () => {
  const texts = ['', 'x', 'inputs', 'datatype', 'FP32', 'a'.repeat(32), 'a'.repeat(33)];
  for (let i = 0; i < 5000; i++) texts.push(`name ${i}`, `${i}`);
  for (let round = 0; round < 2; round++) {
    for (const text of texts) assert.equal(knownWord(Buffer.from(`"${text}"`), 1, text.length + 1), text);
  }
});
