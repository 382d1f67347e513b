import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type DownloadLimits, download } from '../../../src/repository/remote/download.js';
import type { RemoteFile, RemoteSource } from '../../../src/repository/remote/remote-source.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const LIMITS: DownloadLimits = { maxBytes: 1000, idleTimeoutMs: 0, retryDelayMs: 1 };
const FILE: RemoteFile = { key: 's3://b/k', path: 'k', byteLength: 6, tag: '"1"' };
const ABCDEF_MD5 = 'e80b5017098950fc58aad83c8c14978e';

/** A store that answers with these texts, one after another, from wherever it is asked for. */
function sourceOf(...answers: string[]): RemoteSource & { starts: number[] } {
  const starts: number[] = [];
  return {
    starts,
    find: () => assert.fail('nobody should look'),
    async read(_file, start) {
      starts.push(start);
      return { bytes: Readable.from([Buffer.from(answers.shift() ?? '')]), start, md5: ABCDEF_MD5 };
    },
  };
}

test('what is there of the file already is not fetched again', async t => {
  const target = join(temporaryFolder(t), 'deep/k');
  const source = sourceOf('abc', 'def');
  await download(source, FILE, target, LIMITS);
  assert.deepEqual([source.starts, readFileSync(target, 'utf8')], [[0, 3], 'abcdef']);
  await download(source, FILE, target, LIMITS);
  assert.equal(source.starts.length, 2);
});

test('when what was there turns out to be wrong, all is fetched anew, once', async t => {
  const target = join(temporaryFolder(t, { k: 'xyz' }), 'k');
  const source = sourceOf('def', 'abcdef');
  await download(source, FILE, target, LIMITS);
  assert.deepEqual([source.starts, readFileSync(target, 'utf8')], [[3, 0], 'abcdef']);
  writeFileSync(target, 'xyz');
  await assert.rejects(download(sourceOf('def', 'uvwxyz'), FILE, target, LIMITS), /what came has MD5 /);
  assert.equal(existsSync(target), false);
});

test('more bytes than were announced, and none at all, are failures', async t => {
  const target = join(temporaryFolder(t), 'k');
  await assert.rejects(download(sourceOf('abcdefg'), FILE, target, LIMITS), { code: 'UNAVAILABLE' });
  await assert.rejects(download(sourceOf(), FILE, join(temporaryFolder(t), 'k'), LIMITS), {
    code: 'UNAVAILABLE',
    message: 's3://b/k: only 0 of 6 bytes came',
  });
});

test('an empty file is one', async t => {
  const target = join(temporaryFolder(t), 'k');
  await download(sourceOf(), { ...FILE, byteLength: 0 }, target, LIMITS);
  assert.equal(readFileSync(target, 'utf8'), '');
});

test('no room for it is RESOURCE_EXHAUSTED, with the status for that', { skip: process.platform === 'win32' }, t => {
  const folder = temporaryFolder(t);
  const url = new URL('../../../src/repository/remote/download.js', import.meta.url).href;
  const script = `
    import { Readable } from 'node:stream';
    import { download } from '${url}';
    const read = async () => ({ bytes: Readable.from([Buffer.alloc(200_000)]), start: 0 });
    const file = { key: 's3://b/k', path: 'k', byteLength: 200_000, tag: '"1"' };
    const limits = { maxBytes: 1e9, idleTimeoutMs: 0, retryDelayMs: 1 };
    await download({ read }, file, '${join(folder, 'k')}', limits).catch(({ code, httpStatus, message }) => {
      console.log(JSON.stringify({ code, httpStatus, message }));
    });`;
  const command = `ulimit -f 64; exec "${process.execPath}" --input-type=module -`;
  const { stdout } = spawnSync('bash', ['-c', command], { input: script, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout), {
    code: 'RESOURCE_EXHAUSTED',
    httpStatus: 507,
    message: 's3://b/k: the cache folder cannot take it (EFBIG)',
  });
});
