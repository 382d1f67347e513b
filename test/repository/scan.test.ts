import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { scan } from '../../src/repository/scan.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function found(root: string): Promise<string[]> {
  const { files, unreadable } = await scan(root);
  assert.deepEqual(unreadable, []);
  return files.map(file => relative(root, file));
}

test('finds settings at any depth and in the root, by name, a folder before its sub-folders', async t => {
  const root = temporaryFolder(t, {
    'model-settings.json': {},
    'b/model-settings.json': {},
    'b/10/model-settings.json': {},
    'b/2/model-settings.json': {},
    'a/deep/er/model-settings.json': {},
    'a/deep/other.json': {},
    'c/model-settings.json.bak': {},
  });
  assert.deepEqual(await found(root), [
    'model-settings.json',
    'a/deep/er/model-settings.json',
    'b/model-settings.json',
    'b/10/model-settings.json',
    'b/2/model-settings.json',
  ]);
});

test('skips folders that start with a dot, and installed packages', async t => {
  const root = temporaryFolder(t, {
    '.git/model-settings.json': {},
    'a/.cache/model-settings.json': {},
    'node_modules/x/model-settings.json': {},
  });
  assert.deepEqual(await found(root), []);
});

test('a root that does not exist holds nothing', async t => {
  assert.deepEqual(await found(join(temporaryFolder(t), 'none')), []);
});

test('a root that cannot be read is told', async t => {
  const root = join(temporaryFolder(t, { file: '' }), 'file');
  const { files, unreadable } = await scan(root);
  assert.deepEqual(files, []);
  assert.deepEqual(
    unreadable.map(({ path, error }) => [path, error.message]),
    [[root, 'the folder cannot be read (ENOTDIR)']],
  );
});

test('follows links to folders and files, as mounted volumes have them', async t => {
  const root = temporaryFolder(t, { '..data/model-settings.json': {}, 'real/model-settings.json': {} });
  symlinkSync('..data/model-settings.json', join(root, 'model-settings.json'));
  symlinkSync('real', join(root, 'alias'));
  assert.deepEqual(await found(root), ['model-settings.json', 'alias/model-settings.json', 'real/model-settings.json']);
});

test('links in circles end', async t => {
  const root = temporaryFolder(t, { 'a/model-settings.json': {}, 'b/x': '' });
  symlinkSync('..', join(root, 'a', 'up'));
  symlinkSync('.', join(root, 'a', 'self'));
  symlinkSync('loop', join(root, 'loop'));
  symlinkSync('../a', join(root, 'b', 'to-a'));
  symlinkSync('../b', join(root, 'a', 'to-b'));
  assert.deepEqual(await found(root), ['a/model-settings.json', 'b/to-a/model-settings.json']);
});

test('finds ONNX models that stand in a folder of the root without settings', async t => {
  const root = temporaryFolder(t, {
    'bare/model.onnx': '',
    'bare/README.md': '',
    'settled/model.onnx': '',
    'settled/model-settings.json': {},
    'versioned/model.onnx': '',
    'versioned/1/model-settings.json': {},
    'deep/er/model.onnx': '',
    'folder/model.onnx/x': '',
    'bare.more/model.onnx': '',
    'named/resnet.onnx': '',
    'several/model.onnx': '',
    'several/other.onnx': '',
    'unclear/a.onnx': '',
    'unclear/b.onnx': '',
    'model.onnx': '',
  });
  const { bareModels } = await scan(root);
  assert.deepEqual(
    bareModels.map(file => relative(root, file)),
    ['bare/model.onnx', 'bare.more/model.onnx', 'named/resnet.onnx', 'several/model.onnx'],
  );
});
