import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { digits, requestFor } from '../support/examples.js';
import { exampleModels, TestServer } from '../support/server.js';

it('a watched folder: a new version takes over, a broken one does not', async t => {
  const server = await TestServer.start(t, {
    settings: { model_repository_poll: 0.1 },
    files: exampleModels({ 'mnist-svm': {} }),
  });
  const ask = async () =>
    JSON.parse((await server.infer('mnist-svm', requestFor(digits, digits.rows.slice(0, 2)))).text);
  const settings = (version: string) => ({
    name: 'mnist-svm',
    implementation: 'mlserver_sklearn.SKLearnModel',
    parameters: { version },
  });
  const model = readFileSync(join(server.folder, 'models/mnist-svm/model.joblib'));
  assert.equal((await ask()).model_version, 'v0.1.0');

  server.write('models/mnist-svm/v2/model.joblib', model);
  server.write('models/mnist-svm/v2/model-settings.json', settings('v2.0.0'));
  while ((await ask()).model_version !== 'v2.0.0');

  server.write('models/mnist-svm/v2/model.joblib', model.subarray(0, 1000));
  await server.logged(/^Couldn't load model 'mnist-svm'/);
  const answer = await ask();
  assert.deepEqual([answer.model_version, answer.outputs[0].data], ['v2.0.0', digits.predict.slice(0, 2)]);
});
