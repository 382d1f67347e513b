import assert from 'node:assert/strict';
import { it } from 'node:test';
import { unpackLzma } from '../../../src/formats/compression/lzma.js';
import { fixture, packedContent } from '../../support/fixtures.js';

it('lzma with other properties than the usual (lc 0, lp 2, pb 0, a small dictionary) is unpacked', () => {
  assert.ok(Buffer.from(unpackLzma(fixture('containers/properties.lzma'), 1e6)).equals(packedContent()));
});

it('lzma with impossible properties is refused before anything is allocated for them', () => {
  assert.throws(
    () => unpackLzma(Uint8Array.of(225, 0, 0, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 0), 1e6),
    /225 is no properties byte/,
  );
});
