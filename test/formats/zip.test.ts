import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZipArchive } from '../../src/formats/zip.js';
import { type ZipFile, zip } from '../support/zip-writer.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('zip archives', () => {
  it('stored and deflated entries are read by name', () => {
    const archive = ZipArchive.open(
      zip([
        { name: 'a.txt', content: 'stored' },
        { name: 'ü.txt', content: 'deflated '.repeat(100), deflate: true },
        { name: 'empty', content: '' },
      ]),
      10_000,
    );
    assert.deepEqual(archive.names(), ['a.txt', 'ü.txt', 'empty']);
    assert.equal(text(archive.read('a.txt')), 'stored');
    assert.equal(text(archive.read('ü.txt')), 'deflated '.repeat(100));
    assert.equal(archive.read('empty').length, 0);
    assert.equal(archive.read('a.txt'), archive.read('a.txt'));
    assert.throws(() => archive.read('b.txt'), /no entry "b\.txt"/);
  });

  it('the limit counts all contents together, before they are unpacked', () => {
    const archive = ZipArchive.open(
      zip([
        { name: 'a', content: Buffer.alloc(600), deflate: true },
        { name: 'b', content: Buffer.alloc(600), deflate: true },
      ]),
      1000,
    );
    archive.read('a');
    archive.read('a');
    assert.throws(() => archive.read('b'), /more than the limit of 1000 bytes/);
  });

  it('an archive inside an archive counts against the same limit', () => {
    const inner = zip([{ name: 'a', content: Buffer.alloc(600), deflate: true }]);
    const outer = ZipArchive.open(zip([{ name: 'inner', content: inner }]), inner.length + 1000);
    assert.equal(outer.openEntry('inner').read('a').length, 600);
    assert.throws(() => outer.openEntry('inner').read('a'), /more than the limit/);
  });

  const refused: readonly [what: string, file: ZipFile, message: RegExp][] = [
    [
      'a smaller size than the content',
      { name: 'x', content: Buffer.alloc(900), deflate: true, size: 10 },
      /more than the limit of 10 bytes/,
    ],
    [
      'a larger size than the content',
      { name: 'x', content: 'abc', deflate: true, size: 10 },
      /wrong size or checksum/,
    ],
    ['a wrong checksum', { name: 'x', content: 'abc', crc: 1 }, /wrong size or checksum/],
    ['another method', { name: 'x', content: 'abc', method: 12 }, /method 12/],
    ['encryption', { name: 'x', content: 'abc', flags: 1 }, /encrypted/],
    ['a path', { name: '../x', content: 'abc' }, /names with folders/],
    ['a path of Windows', { name: '..\\x', content: 'abc' }, /names with folders/],
  ];
  for (const [what, file, message] of refused) {
    it(`${what} is refused`, () => assert.throws(() => ZipArchive.open(zip([file]), 10_000).read('x'), message));
  }

  it('two entries of one name are refused', () => {
    const twice = zip([
      { name: 'x', content: 'a' },
      { name: 'x', content: 'b' },
    ]);
    assert.throws(() => ZipArchive.open(twice, 100), /two entries x/);
  });

  it('an archive cut off anywhere is refused', () => {
    const whole = zip([{ name: 'x', content: 'abc' }]);
    for (let cut = 0; cut < whole.length; cut++) {
      assert.throws(() => ZipArchive.open(whole.subarray(0, cut), 100), { code: 'INVALID_ARGUMENT' });
    }
  });
});
