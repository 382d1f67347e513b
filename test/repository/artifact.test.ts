import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ServerError } from '../../src/core/errors.js';
import { httpStatus } from '../../src/core/status.js';
import { findArtifact } from '../../src/repository/artifact.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const wellKnownFiles = ['model.joblib', 'model.pickle'];

function find(folder: string, uri: string | null, within?: string): Promise<string> {
  return findArtifact({ modelName: 'iris', uri, folder, wellKnownFiles, within });
}

test('the forms of a uri', async t => {
  const root = temporaryFolder(t, { 'iris/a b.bin': '', 'iris/100%.bin': '', 'shared/model.bin': '' });
  const folder = join(root, 'iris');
  const shared = join(root, 'shared/model.bin');
  const cases: [uri: string, artifact: string][] = [
    ['a b.bin', join(folder, 'a b.bin')],
    ['./a b.bin', join(folder, 'a b.bin')],
    ['100%.bin', join(folder, '100%.bin')],
    ['../shared/model.bin', shared],
    [shared, shared],
    [`file:${shared}`, shared],
    [`file://${shared}`, shared],
    [`file://localhost${shared}`, shared],
    ['file:../shared/model.bin', shared],
    ['file:./a%20b.bin', join(folder, 'a b.bin')],
    ['FILE:./a%20b.bin', join(folder, 'a b.bin')],
  ];
  for (const [uri, artifact] of cases) assert.equal(await find(folder, uri), artifact, uri);
});

test('other schemes are left to the runtime', async t => {
  const folder = temporaryFolder(t);
  for (const uri of ['s3://bucket/model', 'gs://b/m', 'https://host/m?x=1']) {
    assert.equal(await find(folder, uri), uri);
    await assert.rejects(find(folder, uri, folder), /\/\/[\w/]+\): outside of the model repository$/);
  }
});

test('a folder gives the first well-known file in it, else itself', async t => {
  const root = temporaryFolder(t, {
    'both/model.joblib': '',
    'both/model.pickle': '',
    'one/model.pickle': '',
    'none/x': '',
  });
  mkdirSync(join(root, 'none', 'model.joblib'));
  assert.equal(await find(join(root, 'both'), null), join(root, 'both/model.joblib'));
  assert.equal(await find(join(root, 'both'), ''), join(root, 'both/model.joblib'));
  assert.equal(await find(root, 'one'), join(root, 'one/model.pickle'));
  assert.equal(await find(join(root, 'none'), null), join(root, 'none'));
});

test('what is not there is told as MLServer tells it', async t => {
  const folder = temporaryFolder(t, { file: '' });
  symlinkSync('nowhere', join(folder, 'dangling'));
  for (const uri of ['none.joblib', 'file/none', 'dangling', '__proto__']) {
    await assert.rejects(find(folder, uri), (error: ServerError) => {
      assert.equal(error.message, `Invalid URI specified for model iris (${join(folder, uri)})`);
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.equal(httpStatus(error), 422);
      return true;
    });
  }
});

test('what is neither file nor folder is refused without opening it', async t => {
  const folder = temporaryFolder(t);
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('/dev/zero', join(folder, 'model.pickle'));
  const cases: [uri: string | null, message: string][] = [
    ['loop', '(loop): links lead in a circle'],
    ['/dev/zero', '(/dev/zero): neither a file nor a folder'],
    [null, '(model.pickle): neither a file nor a folder'],
    ['a\0b', '(a path with NUL)'],
    ['file:a%00b', '(a path with NUL)'],
    ['file:%zz', '(file:%zz): it is not properly percent-encoded'],
    ['x'.repeat(5000), `(${'x'.repeat(5000)}): ENAMETOOLONG`],
  ];
  for (const [uri, message] of cases) {
    await assert.rejects(find(folder, uri), { message: `Invalid URI specified for model iris ${message}` });
  }
});

test('a FIFO is refused', async t => {
  const folder = temporaryFolder(t);
  if (spawnSync('mkfifo', [join(folder, 'model.joblib')]).status !== 0) return t.skip('no mkfifo here');
  await assert.rejects(find(folder, null), /\(model\.joblib\): neither a file nor a folder$/);
});

test('with a boundary, neither dots nor links lead out of it', async t => {
  const base = temporaryFolder(t, {
    'out.joblib': '',
    'root/iris/x': '',
    'root/other/model.joblib': '',
    '..hidden': '',
  });
  const root = join(base, 'root');
  const folder = join(root, 'iris');
  symlinkSync(join(base, 'out.joblib'), join(folder, 'model.joblib'));
  symlinkSync(base, join(folder, 'up'));
  symlinkSync('../other', join(folder, 'aside'));
  for (const uri of ['../../out.joblib', join(base, 'out.joblib'), 'up/out.joblib', 'up', '/', null]) {
    await assert.rejects(find(folder, uri, root), /: outside of the model repository$/, String(uri));
    await find(folder, uri);
  }
  assert.equal(await find(folder, '../other', root), join(root, 'other/model.joblib'));
  assert.equal(await find(folder, 'aside', root), join(folder, 'aside/model.joblib'));
  symlinkSync(root, join(base, 'link-to-root'));
  assert.equal(await find(folder, 'x', join(base, 'link-to-root')), join(folder, 'x'));
});
