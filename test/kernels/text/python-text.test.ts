import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collapseSpaces, splitWords, stripAccents } from '../../../src/kernels/text/python-text.js';

test('words are split at what Python takes for white space', () => {
  assert.deepEqual(splitWords(' a\u001cb\u0085c\u00a0d\u3000e\ufefff '), ['a', 'b', 'c', 'd', 'e\ufefff']);
  assert.deepEqual(splitWords(' \n'), []);
});

test('only several white spaces become one blank', () => {
  assert.equal(collapseSpaces('a\tb \n c'), 'a\tb c');
});

test('accents are marks with a combining class; others stay', () => {
  assert.equal(stripAccents('Ünïcode ﬁ Ⅷ', 'unicode'), 'Unicode fi VIII');
  assert.equal(stripAccents('e\u0301\u0345', 'unicode'), 'e');
  assert.equal(stripAccents('\u0915\u093f', 'unicode'), '\u0915\u093f');
  assert.equal(stripAccents('ñ東', 'unicode'), 'n東');
  assert.equal(stripAccents('ñ東', 'ascii'), 'n');
});
