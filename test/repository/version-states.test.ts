import assert from 'node:assert/strict';
import { renameSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileRepository } from '../../src/repository/file-repository.js';
import { VersionStates } from '../../src/repository/version-states.js';
import { Environment } from '../../src/settings/env.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

/** A repository with one model, and how that changes. */
async function watch(t: TestContext, settings: object, files: Record<string, unknown> = {}) {
  const modelRepositoryRoot = temporaryFolder(t, { 'a/model-settings.json': settings, ...files });
  const repository = new FileRepository({ modelRepositoryRoot, allowUriOutsideRepository: true }, new Environment({}));
  const remote = { state: 'one' };
  const states = new VersionStates({ stateOf: async () => remote.state });
  let before: readonly string[] = [];
  /** Whether state and fingerprint differ from what they were at the last look. */
  const changed = async () => {
    const [spec] = (await repository.list()).specs;
    const now = [await states.state(spec), await states.fingerprint(spec)];
    const differs = now.map((text, i) => text !== before[i]);
    before = now;
    return { state: differs[0], content: differs[1] };
  };
  await changed();
  const path = (name: string) => join(modelRepositoryRoot, 'a', name);
  return { changed, path, remote, write: (name: string, content: unknown) => writeFile(path(name), content) };
}

const SAME = { state: false, content: false };
const TOUCHED = { state: true, content: false };
const CHANGED = { state: true, content: true };
const SKLEARN = { implementation: 'mlserver_sklearn.SKLearnModel' };

test('a file: written, touched, replaced, chosen anew', async t => {
  const a = await watch(t, SKLEARN, { 'a/model.pkl': 'one', 'a/notes.txt': '' });
  assert.deepEqual(await a.changed(), SAME);
  a.write('notes.txt', 'more');
  assert.deepEqual(await a.changed(), SAME);
  utimesSync(a.path('model.pkl'), 1, 1);
  assert.deepEqual(await a.changed(), TOUCHED);
  a.write('model.pkl', 'two');
  assert.deepEqual(await a.changed(), CHANGED);
  a.write('next', 'two');
  renameSync(a.path('next'), a.path('model.pkl'));
  assert.deepEqual(await a.changed(), TOUCHED);
  a.write('model.joblib', 'two');
  assert.deepEqual(await a.changed(), CHANGED, 'another file');
  a.write('model-settings.json', { ...SKLEARN, max_batch_size: 3 });
  assert.deepEqual(await a.changed(), CHANGED);
});

test('a folder: every file in it, through links, without what is hidden', async t => {
  const mlflow = { implementation: 'mlserver_mlflow.MLflowRuntime', parameters: { uri: './m' } };
  const a = await watch(t, mlflow, { 'a/m/MLmodel': 'x', 'a/m/sub/weights': '1', 'a/..one/w': '1', 'a/..two/w': '2' });
  a.write('m/.hidden', '');
  a.write('m/node_modules/x.js', '');
  symlinkSync('.', a.path('m/circle'));
  assert.deepEqual(await a.changed(), SAME);
  a.write('m/sub/weights', '2');
  assert.deepEqual(await a.changed(), CHANGED);
  symlinkSync('../..one/w', a.path('m/link'));
  assert.deepEqual(await a.changed(), CHANGED);
  symlinkSync('../..two/w', a.path('next'));
  renameSync(a.path('next'), a.path('m/link'));
  assert.deepEqual(await a.changed(), CHANGED);
});

test('a class: all that lies beside it', async t => {
  const a = await watch(
    t,
    { implementation: 'my.Model', parameters: { uri: './weights' } },
    { 'a/my.ts': '', 'a/weights': '' },
  );
  assert.deepEqual(await a.changed(), SAME);
  a.write('helper.ts', '');
  assert.deepEqual(await a.changed(), CHANGED);
  a.write('weights', '1');
  assert.deepEqual(await a.changed(), CHANGED);
});

test('a remote file: what its store says', async t => {
  const a = await watch(t, { ...SKLEARN, parameters: { uri: 's3://models/iris' } });
  assert.deepEqual(await a.changed(), SAME);
  a.remote.state = 'two';
  assert.deepEqual(await a.changed(), CHANGED);
});
