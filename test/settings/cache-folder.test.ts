import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../src/settings/cache-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('by default it lies in the repository, hidden from the scan', async t => {
  const modelRepositoryRoot = temporaryFolder(t);
  const folder = await cacheFolder({ cacheDir: null, modelRepositoryRoot });
  assert.equal(folder, join(modelRepositoryRoot, '.modelyard', 'cache'));
  assert.ok(statSync(folder).isDirectory());
  assert.equal(await cacheFolder({ cacheDir: null, modelRepositoryRoot }), folder);
});

test('a configured folder is made with all above it', async t => {
  const cacheDir = join(temporaryFolder(t), 'a', 'b');
  assert.equal(await cacheFolder({ cacheDir, modelRepositoryRoot: '/' }), cacheDir);
  assert.ok(statSync(cacheDir).isDirectory());
});

test('a configured folder that cannot be is an error, not replaced by another', async t => {
  const cacheDir = join(temporaryFolder(t, { file: '' }), 'file', 'x');
  await assert.rejects(cacheFolder({ cacheDir, modelRepositoryRoot: '/' }), {
    code: 'FAILED_PRECONDITION',
    message: `cache_dir '${cacheDir}' cannot be written (ENOTDIR)`,
  });
});

test('a repository that cannot hold it, or is not there, is replaced by the temporary folder', async t => {
  const folder = temporaryFolder(t, { '.modelyard': 'a file in the way' });
  for (const modelRepositoryRoot of [folder, join(folder, 'none')]) {
    const cache = await cacheFolder({ cacheDir: null, modelRepositoryRoot });
    assert.ok(cache.startsWith(join(tmpdir(), 'modelyard-')), cache);
    assert.equal(statSync(join(cache, '..')).mode & 0o077, 0);
  }
});
