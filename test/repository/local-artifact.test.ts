import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ServerError } from '../../src/core/errors.js';
import { FileRepository } from '../../src/repository/file-repository.js';
import { localArtifact } from '../../src/repository/local-artifact.js';
import { Environment } from '../../src/settings/env.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SHA256 = createHash('sha256').update('content').digest('hex');
const SKLEARN = 'mlserver_sklearn.SKLearnModel';

/** The only model of a repository with these settings, and a `model.joblib` beside them. */
async function specOf(t: TestContext, settings: object): Promise<ModelSpec> {
  const modelRepositoryRoot = temporaryFolder(t, { 'a/model-settings.json': settings, 'a/model.joblib': 'content' });
  const repository = new FileRepository({ modelRepositoryRoot, allowUriOutsideRepository: true }, new Environment({}));
  const { specs, failures } = await repository.list();
  assert.deepEqual(failures, []);
  return specs[0];
}

const nobody = { fetch: () => assert.fail('nothing is to be fetched') };

test('a remote file is what was fetched; in a folder the well-known file', async t => {
  const cache = temporaryFolder(t, { 'one/weights.bin': '', 'many/model.pickle': '', 'many/notes': '' });
  const asked: unknown[] = [];
  const store = (path: string) => ({
    async fetch(...args: unknown[]) {
      asked.push(args);
      return join(cache, path);
    },
  });
  const parameters = { uri: 's3://models/iris', sha256: SHA256 };
  const spec = await specOf(t, { implementation: SKLEARN, parameters });
  assert.equal(await localArtifact(spec, store('one/weights.bin')), join(cache, 'one/weights.bin'));
  assert.equal(await localArtifact(spec, store('many')), join(cache, 'many/model.pickle'));
  assert.deepEqual(asked[0], ['s3://models/iris', SHA256]);
});

test('a class gets a remote URI as it is written', async t => {
  const spec = await specOf(t, { implementation: 'my.Model', parameters: { uri: 'https://host/service?x=1' } });
  assert.equal(await localArtifact(spec, nobody), 'https://host/service?x=1');
});

test('a local file must have the checksum of the settings', async t => {
  const with256 = (sha256: string, uri?: string) => specOf(t, { implementation: SKLEARN, parameters: { sha256, uri } });
  const good = await with256(SHA256);
  assert.equal(await localArtifact(good, nobody), good.artifact);
  for (const [spec, found] of [
    [await with256('0'.repeat(64)), `SHA-256 ${SHA256}`],
    [
      await specOf(t, { implementation: 'my.Model', parameters: { sha256: SHA256, uri: '.' } }),
      'a folder, which has none',
    ],
  ] as const) {
    await assert.rejects(localArtifact(spec, nobody), (error: ServerError) => {
      const { sha256 } = spec.settings.parameters;
      assert.equal(error.message, `Model a: the settings say SHA-256 ${sha256}, the file is ${found}`);
      return error.code === 'FAILED_PRECONDITION';
    });
  }
});

test('a folder without any file of its kind is refused by the names that were looked for', async t => {
  const spec = await specOf(t, { implementation: 'mlserver_xgboost.XGBoostModel' });
  await assert.rejects(localArtifact(spec, nobody), {
    code: 'INVALID_ARGUMENT',
    message: `the folder ${spec.folder} holds none of model.bst, model.json, model.ubj`,
  });
});
