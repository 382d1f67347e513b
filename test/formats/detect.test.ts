import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectContainer, isZip, refuseOtherFiles } from '../../src/formats/detect.js';

describe('detect', () => {
  it('goes by the first bytes', () => {
    const cases: readonly [readonly number[], string][] = [
      [[0x78, 0x01], 'zlib'],
      [[0x78, 0x5e], 'zlib'],
      [[0x78, 0x9c], 'zlib'],
      [[0x78, 0xda], 'zlib'],
      [[0x78, 0x00], 'none'],
      [[0x1f, 0x8b], 'gzip'],
      [[0x42, 0x5a, 0x68], 'bz2'],
      [[0x42, 0x5a, 0x00], 'none'],
      [[0x5d, 0x00], 'lzma'],
      [[0x5d, 0x71], 'none'],
      [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
      [[0x04, 0x22, 0x4d, 0x18], 'lz4'],
      [[0x80, 0x04], 'none'],
      [[], 'none'],
    ];
    for (const [bytes, container] of cases) assert.equal(detectContainer(Uint8Array.from(bytes)), container);
    assert.ok(isZip(Uint8Array.of(0x50, 0x4b, 3, 4)));
    assert.ok(!isZip(Uint8Array.of(0x50, 0x4b, 1, 2)));
  });

  it("says what lies in a model's place", () => {
    const refused: readonly [string, RegExp][] = [
      ['', /the file is empty/],
      ['version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n', /Git LFS pointer.*git lfs pull/],
      ['\n <!DOCTYPE html><html>', /a web page/],
      ['<html><body>404', /a web page/],
      ['<?xml version="1.0"?><Error>', /a web page/],
      ['{"learner": {}}', /a JSON document/],
      ['ZF0x1234', /joblib before 0\.10/],
    ];
    for (const [text, message] of refused) assert.throws(() => refuseOtherFiles(Buffer.from(text)), message);
    refuseOtherFiles(Uint8Array.of(0x80, 4, 0x4e, 0x2e));
  });
});
