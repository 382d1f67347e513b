import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Environment, readEnvironment } from '../../src/settings/env.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const texts = (environment: Environment, ...names: string[]) => environment.findAll(names).map(({ text }) => text);

test('variables of the process come before those of .env, then in the order of the names', () => {
  const environment = new Environment({ B: 'process' }, { path: '.env', text: 'A=file-a\nB=file-b' });
  assert.deepEqual(texts(environment, 'A', 'B'), ['process', 'file-a', 'file-b']);
});

test('names match in any case, and the upper-case spelling wins', () => {
  assert.deepEqual(texts(new Environment({ mlserver_Debug: '1' }), 'MLSERVER_DEBUG'), ['1']);
  assert.deepEqual(texts(new Environment({ a: 'low', A: 'up' }), 'A'), ['up']);
  assert.deepEqual(texts(new Environment({ A: 'up', a: 'low' }), 'A'), ['up']);
});

test('a variable knows where it was set, under the name it has there', () => {
  const environment = new Environment({ http_port: '1' }, { path: '/srv/.env', text: 'http_port=2' });
  assert.deepEqual(
    environment.findAll(['HTTP_PORT']).map(({ at }) => at),
    [
      { source: 'environment', field: 'http_port' },
      { source: '/srv/.env', field: 'http_port' },
    ],
  );
});

test('.env is read from the working directory; it need not be there', async t => {
  const folder = temporaryFolder(t, { '.env': '\ufeffMLSERVER_HTTP_PORT=9000' });
  assert.deepEqual(texts(await readEnvironment({}, folder), 'MLSERVER_HTTP_PORT'), ['9000']);
  assert.deepEqual(texts(await readEnvironment({}, join(folder, 'none')), 'MLSERVER_HTTP_PORT'), []);
});

test('a .env that cannot be read is an error that names it', async t => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, '.env'));
  await assert.rejects(readEnvironment({}, folder), {
    message: `${folder}/.env: expected a file, found something else (folder, pipe or device)`,
  });
});
