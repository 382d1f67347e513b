import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { unpack } from '../../src/formats/containers.js';
import { fixture, packedContent } from '../support/fixtures.js';

const CONTENT = packedContent();
const FILES: readonly [file: string, container: string][] = [
  ['plain.zlib', 'zlib'],
  ['members.gzip', 'gzip'],
  ['level-9.bz2', 'bz2'],
  ['streams.bz2', 'bz2'],
  ['plain.lzma', 'lzma'],
  ['crc64.xz', 'xz'],
  ['crc32.xz', 'xz'],
  ['sha256.xz', 'xz'],
  ['unchecked.xz', 'xz'],
  ['streams.xz', 'xz'],
  ['plain.lz4', 'lz4'],
  ['checked.lz4', 'lz4'],
  ['frames.lz4', 'lz4'],
];

/** Whether the bytes unpack; anything else than a ServerError is a bug and thrown. */
function unpacks(bytes: Uint8Array): boolean {
  try {
    unpack(bytes, 1e6);
    return true;
  } catch (error) {
    if (error instanceof ServerError && error.code === 'INVALID_ARGUMENT') return false;
    throw error;
  }
}

describe('containers', () => {
  for (const [file, container] of FILES) {
    const packed = fixture(`containers/${file}`);

    it(`${file} is recognised and unpacked`, () => {
      const unpacked = unpack(packed, CONTENT.length);
      assert.equal(unpacked.container, container);
      assert.ok(Buffer.from(unpacked.bytes).equals(CONTENT));
    });

    it(`${file} is refused when it unpacks to one byte more than the limit`, () => {
      assert.throws(() => unpack(packed, CONTENT.length - 1), /more than the limit of 10502 bytes/);
    });

    it(`${file} is refused when cut off anywhere`, () => {
      const cuts = Array.from({ length: 60 }, (_, i) => 8 + Math.floor((i * (packed.length - 9)) / 60));
      for (const cut of cuts) {
        // A cut between two streams, members or frames leaves a whole one.
        if (unpacks(packed.subarray(0, cut))) assert.match(file, /^(streams|members|frames)/, `cut at ${cut}`);
      }
      assert.equal(unpacks(packed.subarray(0, packed.length - 1)), false);
    });

    it(`${file} with any bit flipped is refused or unpacked, never more`, () => {
      for (let i = 0; i < packed.length; i += 41) {
        const flipped = packed.slice();
        flipped[i] ^= 1 << (i % 8);
        unpacks(flipped);
      }
    });
  }

  it('a flipped bit in the data is noticed where the format has a checksum', () => {
    for (const file of ['plain.zlib', 'level-9.bz2', 'crc64.xz', 'crc32.xz', 'sha256.xz', 'checked.lz4']) {
      const packed = fixture(`containers/${file}`);
      packed[packed.length >> 1] ^= 4;
      assert.equal(unpacks(packed), false, file);
    }
  });

  it('bytes that no container begins with are passed on as they are', () => {
    const bytes = Uint8Array.of(0x80, 4, 0x4e, 0x2e);
    assert.deepEqual(unpack(bytes, 4), { container: 'none', bytes });
    assert.throws(() => unpack(bytes, 3), /more than the limit of 3 bytes/);
  });

  it('bytes behind the end are refused, zeros as padding are not', () => {
    for (const file of ['plain.zlib', 'members.gzip', 'plain.lzma', 'crc64.xz']) {
      const packed = fixture(`containers/${file}`);
      assert.ok(unpacks(Buffer.concat([packed, Buffer.alloc(8)])), file);
      assert.equal(unpacks(Buffer.concat([packed, Buffer.from('more')])), false, file);
    }
    for (const file of ['level-9.bz2', 'plain.lz4']) {
      assert.equal(unpacks(Buffer.concat([fixture(`containers/${file}`), Buffer.from('more')])), false, file);
    }
  });

  it('an lzma file that announces its size is read, with the marker behind it or not at all', () => {
    const packed = Buffer.from(fixture('containers/plain.lzma'));
    packed.writeBigUInt64LE(BigInt(CONTENT.length), 5);
    assert.ok(Buffer.from(unpack(packed, 1e6).bytes).equals(CONTENT));
    packed.writeBigUInt64LE(BigInt(CONTENT.length + 1), 5);
    assert.throws(() => unpack(packed, 1e6), /announces 10504 bytes and holds 10503/);
    packed.writeBigUInt64LE(BigInt(CONTENT.length - 1), 5);
    assert.throws(() => unpack(packed, 1e6), /the lzma stream/);
  });

  it('a bz2 file of many empty streams unpacks to nothing at once', () => {
    const empty = [...Buffer.from('BZh9'), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0];
    const packed = Uint8Array.from({ length: 14 * 50_000 }, (_, i) => empty[i % 14]);
    assert.equal(unpack(packed, 1e6).bytes.length, 0);
  });
});
