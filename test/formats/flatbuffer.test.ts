import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flatBufferRoot } from '../../src/formats/flatbuffer.js';

/** A table of two fields, both the vector of the numbers given. */
function sharedVector(numbers: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(32 + 4 * numbers.length);
  bytes.writeUInt32LE(16, 0);
  // vtable: its size, the table's, where the fields are
  for (const [i, value] of [8, 12, 4, 8].entries()) bytes.writeUInt16LE(value, 4 + 2 * i);
  bytes.writeInt32LE(12, 16);
  bytes.writeUInt32LE(8, 20);
  bytes.writeUInt32LE(4, 24);
  bytes.writeUInt32LE(numbers.length, 28);
  for (const [i, number] of numbers.entries()) bytes.writeInt32LE(number, 32 + 4 * i);
  return bytes;
}

describe('FlatBuffers', () => {
  it('vectors are read by the number of their field', () => {
    const root = flatBufferRoot(sharedVector([7, -8]), 'no buffer');
    assert.deepEqual([...root.int32s(0)], [7, -8]);
    assert.equal(root.count(1), 2);
    assert.equal(root.count(2), 0);
  });

  it('vectors that lie in the same bytes are refused before they take more memory than the file', () => {
    const root = flatBufferRoot(sharedVector(new Array(100).fill(1)), 'no buffer');
    root.int32s(0);
    assert.throws(() => root.int32s(1), {
      code: 'INVALID_ARGUMENT',
      message: /no buffer: vectors lie in the same bytes/,
    });
  });
});
