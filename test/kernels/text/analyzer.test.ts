import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TextAnalysis, textAnalyzer } from '../../../src/kernels/text/analyzer.js';

const words: TextAnalysis = {
  lowercase: true,
  analyzer: 'word',
  ngrams: [1, 1],
  pattern: { source: '[\\p{L}\\p{N}_]+', flags: 'gv', group: false },
};

function terms(text: string, analysis: Partial<TextAnalysis>): string[] {
  const found: string[] = [];
  textAnalyzer({ ...words, ...analysis })(text, term => found.push(term));
  return found.sort();
}

describe('terms of a text', () => {
  it('words, in lower case or as they are', () => {
    assert.deepEqual(terms('Über, the ÜBER', {}), ['the', 'über', 'über']);
    assert.deepEqual(terms('Über, the ÜBER', { lowercase: false }), ['the', 'ÜBER', 'Über']);
  });

  it('words in a row, without stop words', () => {
    assert.deepEqual(terms('ab c  d', { ngrams: [1, 3] }), ['ab', 'ab c', 'ab c d', 'c', 'c d', 'd']);
    assert.deepEqual(terms('a b c d', { ngrams: [2, 2], stopWords: ['b'] }), ['a c', 'c d']);
    assert.deepEqual(terms('this is the phone', { stopWords: 'english' }), ['phone']);
    assert.deepEqual(terms('x', { ngrams: [2, 3] }), []);
  });

  it('what the group of a pattern matched', () => {
    const pattern = { source: '(.)x|y', flags: 'gv', group: true };
    assert.deepEqual(terms('ax y bx', { pattern }), ['', 'a', 'b']);
  });

  it('characters by code points, several blanks as one', () => {
    assert.deepEqual(terms('ab c  d', { analyzer: 'char', ngrams: [1, 2] }), [
      ...[' ', ' ', ' c', ' d', 'a', 'ab', 'b', 'b ', 'c', 'c ', 'd'],
    ]);
    assert.deepEqual(terms('😀x', { analyzer: 'char', ngrams: [1, 2] }), ['x', '😀', '😀x']);
    assert.deepEqual(terms('ab', { analyzer: 'char', ngrams: [3, 4] }), []);
  });

  it('characters inside of words, a short word once', () => {
    assert.deepEqual(terms('ab c  d', { analyzer: 'char_wb', ngrams: [2, 3] }), [
      ...[' a', ' ab', ' c', ' c ', ' d', ' d ', 'ab', 'ab ', 'b ', 'c ', 'd '],
    ]);
    assert.deepEqual(terms('c', { analyzer: 'char_wb', ngrams: [4, 6] }), [' c ']);
  });

  it('without accents', () => {
    assert.deepEqual(terms('Café', { accents: 'unicode' }), ['cafe']);
    assert.deepEqual(terms('Café 東京', { accents: 'ascii' }), ['cafe']);
  });
});
