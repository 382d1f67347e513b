import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtoWriter } from '../../src/formats/proto-writer.js';

/** The bytes of a message in hexadecimal. */
function written(write: (writer: ProtoWriter) => void, capacity?: number): string {
  const writer = new ProtoWriter(capacity);
  write(writer);
  return writer.finish().toString('hex');
}

describe('ProtoWriter', () => {
  it('writes numbers as varints', () => {
    assert.equal(
      written(w => w.int(1, 150)),
      '089601',
    );
    assert.equal(
      written(w => w.int(2, 0)),
      '1000',
    );
    assert.equal(
      written(w => w.int(16, 1)),
      '800101',
    );
    assert.equal(
      written(w => w.int(1, 2 ** 32)),
      '088080808010',
    );
    assert.equal(
      written(w => w.int(1, Number.MAX_SAFE_INTEGER)),
      '08ffffffffffffff0f',
    );
    assert.equal(
      written(w => w.bool(3, true)),
      '1801',
    );
  });

  it('writes negative numbers in ten bytes', () => {
    assert.equal(
      written(w => w.int(1, -1)),
      '08ffffffffffffffffff01',
    );
    assert.equal(
      written(w => w.int(1, -(2 ** 33))),
      '0880808080e0ffffffff01',
    );
    assert.equal(
      written(w => w.bigint(1, -(2n ** 63n))),
      '0880808080808080808001',
    );
    assert.equal(
      written(w => w.bigint(1, 2n ** 64n - 1n)),
      '08ffffffffffffffffff01',
    );
  });

  it('writes floats, texts and bytes', () => {
    assert.equal(
      written(w => w.float(1, 1.5)),
      '0d0000c03f',
    );
    assert.equal(
      written(w => w.double(1, -2)),
      '0900000000000000c0',
    );
    assert.equal(
      written(w => w.text(2, 'testing')),
      '120774657374696e67',
    );
    assert.equal(
      written(w => w.text(2, '')),
      '1200',
    );
    assert.equal(
      written(w => w.text(2, 'żó')),
      '1204c5bcc3b3',
    );
    assert.equal(
      written(w => w.bytes(2, Uint8Array.of(0, 255))),
      '120200ff',
    );
  });

  it('writes long texts as UTF-8', () => {
    const text = 'zażółć gęślą jaźń '.repeat(20);
    const bytes = Buffer.from(text);
    const writer = new ProtoWriter(1);
    writer.text(1, text);
    assert.deepEqual(writer.finish().subarray(3), bytes);
  });

  it('puts the length before a nested message of any size', () => {
    assert.equal(
      written(w => w.message(3, body => body.int(1, 150))),
      '1a03089601',
    );
    assert.equal(
      written(w => w.message(3, () => {})),
      '1a00',
    );
    for (const size of [127, 128, 16_383, 16_384, 2_097_152]) {
      const writer = new ProtoWriter(4);
      writer.message(1, body => {
        body.message(2, inner => inner.bytes(3, new Uint8Array(size).fill(7)));
        body.int(4, 1);
      });
      writer.int(5, 2);
      const expected: number[] = [];
      const inner = [0x1a, ...varint(size)];
      const middle = [0x12, ...varint(inner.length + size)];
      expected.push(0x0a, ...varint(middle.length + inner.length + size + 2), ...middle, ...inner);
      const message = writer.finish();
      assert.deepEqual([...message.subarray(0, expected.length)], expected, `${size} bytes`);
      assert.deepEqual([...message.subarray(expected.length + size)], [0x20, 1, 0x28, 2]);
      assert.ok(message.subarray(expected.length, expected.length + size).every(byte => byte === 7));
    }
  });

  it('packs lists of numbers', () => {
    assert.equal(
      written(w => w.packedIntegers(4, [3, 270, 86942])),
      '2206038e029ea705',
    );
    assert.equal(
      written(w => w.packedIntegers(1, Int8Array.of(-1))),
      '0a0affffffffffffffffff01',
    );
    assert.equal(
      written(w => w.packedIntegers(1, Uint32Array.of(0xffffffff))),
      '0a05ffffffff0f',
    );
    assert.equal(
      written(w => w.packedBigints(1, BigInt64Array.of(-1n, 1n))),
      '0a0bffffffffffffffffff0101',
    );
    assert.equal(
      written(w => w.packedBytes(1, Float32Array.of(1.5))),
      '0a040000c03f',
    );
  });

  it('grows from any capacity', () => {
    const write = (w: ProtoWriter) => {
      for (let i = 1; i < 200; i++) w.text(i, `field ${i}`);
    };
    assert.equal(written(write, 1), written(write, 100_000));
  });

  it('leaves room that the caller fills', () => {
    const bytes = written(w => {
      w.space(1, 3).set([1, 2, 3]);
      w.int(2, 4);
    }, 1);
    assert.equal(bytes, '0a030102031004');
  });
});

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
