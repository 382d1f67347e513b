import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTextFile } from '../../src/settings/text-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('reads UTF-8 and leaves a byte order mark out', async t => {
  const folder = temporaryFolder(t, { 'a.json': '\ufeff{"ü": 1}' });
  assert.equal(await readTextFile(join(folder, 'a.json')), '{"ü": 1}');
});

test('a file that is not there is undefined', async t => {
  const folder = temporaryFolder(t, { file: '' });
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));
  for (const path of ['none', 'none/none', 'file/none', 'dangling']) {
    assert.equal(await readTextFile(join(folder, path)), undefined, path);
  }
});

test('refuses at once what is no readable text file', async t => {
  const folder = temporaryFolder(t, {
    'latin1.json': Uint8Array.of(0x22, 0xfc, 0x22),
    'huge.json': ' '.repeat(4 * 1024 * 1024 + 1),
  });
  symlinkSync('loop', join(folder, 'loop'));
  const cases: [path: string, message: string][] = [
    [folder, 'x: expected a file, found something else (folder, pipe or device)'],
    ['/dev/zero', 'x: expected a file, found something else (folder, pipe or device)'],
    [join(folder, 'loop'), 'x: expected a readable file, found ELOOP'],
    [join(folder, 'latin1.json'), 'x: expected UTF-8 text, found other bytes'],
    [join(folder, 'huge.json'), 'x: expected at most 4194304 bytes, found 4194305'],
  ];
  for (const [path, message] of cases) await assert.rejects(readTextFile(path, 'x'), { message });
});

test('refuses a FIFO without waiting for a writer', async t => {
  const fifo = join(temporaryFolder(t), 'fifo');
  if (spawnSync('mkfifo', [fifo]).status !== 0) return t.skip('no mkfifo here');
  await assert.rejects(readTextFile(fifo, 'x'), /expected a file/);
});
