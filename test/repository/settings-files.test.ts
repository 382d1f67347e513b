import assert from 'node:assert/strict';
import { renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SettingsFiles } from '../../src/repository/settings-files.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

test('a file is read again when it may have changed, and always while it is young', async t => {
  const folder = temporaryFolder(t, { 'a.json': { name: 'one' } });
  const path = join(folder, 'a.json');
  const files = new SettingsFiles();
  const read = () => files.read(path, 'a.json');
  const young = await read();
  assert.notEqual(await read(), young);
  // As if an hour had passed.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 });
  const old = await read();
  assert.equal(await read(), old);
  utimesSync(path, 1, 1);
  assert.notEqual(await read(), old);
  writeFile(join(folder, 'next'), { name: 'two' });
  renameSync(join(folder, 'next'), path);
  assert.equal((await read()).values.get('name'), 'two');
  writeFile(path, '{"name"');
  await assert.rejects(read(), /^SettingsError: a\.json: expected JSON/);
});
