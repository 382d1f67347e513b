import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesAt, bytesColumn, missingText, optionalTexts, texts } from '../../src/core/tensor.js';

describe('a column of bytes', () => {
  it('holds texts as UTF-8 and bytes as they are', () => {
    const column = bytesColumn(['a', 'żółw', '', Uint8Array.of(0xff, 0), '😀', '\ud800']);
    assert.deepEqual([...column.offsets], [0, 1, 8, 8, 10, 14, 17]);
    assert.deepEqual([...bytesAt(column, 3)], [0xff, 0]);
    assert.deepEqual(texts(column).toSpliced(3, 1), ['a', 'żółw', '', '😀', '\ufffd']);
    assert.equal(column.bytes.byteLength, column.bytes.buffer.byteLength);
    assert.deepEqual([...bytesColumn([]).offsets], [0]);
  });

  it('tells a missing text from an empty one', () => {
    assert.deepEqual(optionalTexts(bytesColumn([missingText(), '', 'a'])), [null, '', 'a']);
  });
});
