import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberedNames } from '../../../src/convert/sklearn/names.js';

test('features of a transformer are numbered', () => {
  assert.deepEqual(numberedNames('PCA', 2), ['pca0', 'pca1']);
  assert.deepEqual(numberedNames('PCA', -1), []);
});

test('2^31 of them, as a hashing vectorizer may claim, are refused: to list them would end the process', () => {
  assert.throws(() => numberedNames('HashingVectorizer', 2 ** 31 - 1), {
    code: 'INVALID_ARGUMENT',
    message: /2147483647 columns are too many/,
  });
});
