import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TextAnalysis } from '../../../src/kernels/text/analyzer.js';
import { murmur3 } from '../../../src/kernels/text/murmur3.js';
import { textCounts } from '../../../src/kernels/text/text-counts.js';
import { textHashes } from '../../../src/kernels/text/text-hashes.js';
import { runKernel, str } from '../../support/kernel-values.js';
import { dense } from '../../support/sparse-values.js';

const analysis: TextAnalysis = {
  lowercase: true,
  analyzer: 'word',
  ngrams: [1, 1],
  pattern: { source: '\\w+', flags: 'gv', group: false },
};

describe('counts of terms', () => {
  const texts = str('b a B', '', 'c c');

  it('in the columns of the vocabulary', () => {
    const counted = runKernel(textCounts, [texts], { analysis, terms: ['a', 'b'], binary: false });
    assert.deepEqual(dense(counted, 2), [
      [1, 2],
      [0, 0],
      [0, 0],
    ]);
  });

  it('at most one for binary counts', () => {
    assert.deepEqual(
      dense(runKernel(textCounts, [texts], { analysis, terms: ['a', 'b'], binary: true }), 2)[0],
      [1, 1],
    );
  });

  it('fail for a text that is missing, and work again afterwards', () => {
    const step = textCounts({ params: { analysis, terms: ['a'], binary: false }, arrays: {} });
    assert.throws(() => step([str('a', null)], 2), /row 1: expected a text, got none/);
    assert.deepEqual(dense(step([str('a')], 1), 1), [[1]]);
  });
});

describe('hashes of terms', () => {
  it('are those of MurmurHash3', () => {
    const hashes: Record<string, number> = {
      '': 0,
      a: 1009084850,
      ab: -1681926305,
      abc: -1277324294,
      abcd: 1139631978,
      café: 605818632,
      '東京 phone': -393564111,
      'the quick brown fox': 519850996,
    };
    for (const [text, hash] of Object.entries(hashes)) {
      const bytes = Buffer.from(text);
      assert.equal(murmur3(bytes, bytes.length), hash, text);
    }
  });

  it('add up in their columns with their signs, which may cancel', () => {
    // a: 1009084850 mod 2 = 0, ab: -1681926305 mod 2 = 1, abc: -1277324294 mod 2 = 0.
    const params = { analysis, width: 2, alternateSign: true, binary: false };
    assert.deepEqual(dense(runKernel(textHashes, [str('a ab', 'a abc', 'a a')], params), 2), [
      [1, -1],
      [0, 0],
      [2, 0],
    ]);
    assert.deepEqual(dense(runKernel(textHashes, [str('a abc')], { ...params, alternateSign: false }), 2), [[2, 0]]);
    assert.deepEqual(dense(runKernel(textHashes, [str('a abc')], { ...params, binary: true }), 2), [[1, 0]]);
  });
});
