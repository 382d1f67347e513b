import assert from 'node:assert/strict';
import { it } from 'node:test';
import { crc64, xxHash32 } from '../../../src/formats/compression/checksums.js';

it('CRC-64 gives the published check value', () => {
  assert.equal(crc64(Buffer.from('123456789')), 0x995dc9bbdf1939fan);
  assert.equal(crc64(new Uint8Array(0)), 0n);
});

it('xxHash gives the published values, with and without lanes', () => {
  assert.equal(xxHash32(new Uint8Array(0)), 0x02cc5d05);
  assert.equal(xxHash32(Buffer.from('a')), 0x550d7456);
  assert.equal(xxHash32(Buffer.from('abc')), 0x32d153ff);
  assert.equal(xxHash32(Buffer.from('Nobody inspects the spammish repetition')), 0xe2293b2f);
});
