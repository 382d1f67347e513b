import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { selfSigned } from '../support/certificate.js';
import { digits, requestFor } from '../support/examples.js';
import { FileServer } from '../support/file-server.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MODEL = readFileSync(join(fileURLToPath(new URL('../../../models', import.meta.url)), 'mnist-svm/model.joblib'));

it('a model over https is served, and goes on when its next state cannot be had', async t => {
  const certificate = selfSigned(t);
  if (certificate === undefined) return t.skip('there is no openssl to make a certificate with');
  const files = await FileServer.start(t, certificate);
  files.files.set('/model.joblib', { content: MODEL, tag: '"1"' });
  files.cuts.push(200_000);
  const server = await TestServer.start(t, {
    settings: { download_ca_file: certificate.path, cache_dir: temporaryFolder(t) },
    files: {
      'digits/model-settings.json': {
        implementation: 'mlserver_sklearn.SKLearnModel',
        parameters: { uri: `${files.url}/model.joblib` },
      },
    },
  });
  const ask = async () => {
    const { text } = await server.infer('digits', requestFor(digits, digits.rows.slice(0, 2)));
    return JSON.parse(text).outputs[0].data;
  };
  assert.deepEqual(await ask(), digits.predict.slice(0, 2));

  files.files.delete('/model.joblib');
  const load = await server.request({ method: 'POST', path: '/v2/repository/models/digits/load' });
  assert.equal(load.status, 422);
  assert.match(JSON.parse(load.text).error, /\/model\.joblib: there is nothing of that name \(404\)$/);
  assert.deepEqual(await ask(), digits.predict.slice(0, 2));

  files.files.set('/model.joblib', { content: MODEL.subarray(0, 5000), tag: '"2"' });
  assert.equal((await server.request({ method: 'POST', path: '/v2/repository/models/digits/load' })).status, 400);
  assert.deepEqual(await ask(), digits.predict.slice(0, 2));
});
