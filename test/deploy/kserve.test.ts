import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { LIGHTGBM_TEXT } from '../support/booster-documents.js';
import { digits, mushrooms, requestFor } from '../support/examples.js';
import { exchange, type HttpAnswer, RawConnection } from '../support/http.js';
import { manifest, variablesOf } from '../support/manifests.js';
import { CliProcess } from '../support/process.js';
import { temporaryFolder, writeFile } from '../support/temporary-folder.js';

const ROOT = new URL('../../../', import.meta.url);
const DIGITS = readFileSync(new URL('models/mnist-svm/model.joblib', ROOT));
const MUSHROOMS = readFileSync(new URL('models/mushroom-xgboost/model.json', ROOT));
const ONNX = readFileSync(new URL('test/fixtures/mlflow/onnx/model.onnx', ROOT));

/** Where KServe puts models, and where it says so. */
const MODELS = '/mnt/models';
/** Of the model formats that KServe knows. */
const SKLEARN = 'mlserver_sklearn.SKLearnModel';

/** What the pod of a runtime runs, in a folder in place of /mnt/models; a label and variables that KServe adds. */
async function startRuntime(t: TestContext, name: string, modelClass: string, added: Record<string, string>) {
  const folder = temporaryFolder(t);
  const [container] = manifest('kserve', 'ClusterServingRuntime', name).spec.containers;
  const variables = Object.entries({ ...variablesOf(container), ...added }).map(([name, value]) => [
    name,
    value.replace('{{.Labels.modelClass}}', modelClass).replace(MODELS, folder),
  ]);
  const env = {
    ...Object.fromEntries(variables),
    // Many tests may run on this machine at once.
    ...{ MLSERVER_HOST: '127.0.0.1', MLSERVER_HTTP_PORT: '0', MLSERVER_GRPC_PORT: '0', MLSERVER_METRICS_PORT: '0' },
    MODELYARD_LOG_FORMAT: 'json',
  };
  const start = async () => {
    const args = container.args.map((arg: string) => arg.replace(MODELS, folder));
    const server = new CliProcess(t, { args, env, workingDirectory: temporaryFolder(t) });
    const port = await server.port('HTTP');
    const ask = (method: string, path: string, body?: unknown): Promise<HttpAnswer> => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      return exchange(port, { method, path, headers: { 'content-type': 'application/json' }, body: text });
    };
    return { server, port, ask };
  };
  return { folder, start };
}

type Ask = Awaited<ReturnType<Awaited<ReturnType<typeof startRuntime>>['start']>>['ask'];

const dataOf = ({ status, text }: HttpAnswer) => (status === 200 ? JSON.parse(text).outputs[0].data : [status, text]);
const askDigit = (ask: Ask, model: string) =>
  ask('POST', `/v2/models/${model}/infer`, requestFor(digits, digits.rows.slice(0, 1)));

describe('a runtime of KServe', () => {
  const single = (name: string) => ({ MLSERVER_MODEL_NAME: name, MLSERVER_MODEL_URI: MODELS });

  it('serves the model of an InferenceService, described by variables alone', async t => {
    const { folder, start } = await startRuntime(t, 'modelyard', SKLEARN, single('digits'));
    writeFile(join(folder, 'model.joblib'), DIGITS);
    const { server, ask } = await start();
    await server.log.find(/^Loaded model/);
    assert.equal((await ask('GET', '/v2/models/digits/ready')).status, 200);
    assert.deepEqual(dataOf(await askDigit(ask, 'digits')), digits.predict.slice(0, 1));
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
  });

  it('serves one of ONNX', async t => {
    const { folder, start } = await startRuntime(t, 'modelyard-onnx', SKLEARN, single('graph'));
    writeFile(join(folder, 'model.onnx'), ONNX);
    const { server, ask } = await start();
    await server.log.find(/^Loaded model/);
    assert.equal((await ask('GET', '/v2/models/graph/ready')).status, 200);
  });

  /** A runtime without models, and what the agent beside it does. */
  const startWithAgent = async (t: TestContext) => {
    const empty = { MLSERVER_LOAD_MODELS_AT_STARTUP: 'false' };
    const { folder, start } = await startRuntime(t, 'modelyard', SKLEARN, empty);
    const running = await start();
    const { ask } = running;
    const call = (model: string, action: string) => ask('POST', `/v2/repository/models/${model}/${action}`, {});
    const readyOf = async (model: string) => (await ask('GET', `/v2/models/${model}/ready`)).status;
    const fetch = (model: string, files: Record<string, unknown>) => {
      // The last is what it marks a finished download with.
      const all = {
        ...files,
        [`SUCCESS.${'0'.repeat(64)}`]: { storageUri: 's3://models', framework: '', memory: '1Mi' },
      };
      for (const [name, content] of Object.entries(all)) writeFile(join(folder, model, name), content);
    };
    return { ...running, folder, call, readyOf, fetch };
  };

  it('does what its agent asks: loads what was fetched, and unloads what is gone', async t => {
    const { server, ask, folder, call, readyOf, fetch } = await startWithAgent(t);
    assert.equal((await ask('GET', '/v2/health/ready')).status, 200);

    fetch('digits', { 'model.joblib': DIGITS, 'model-settings.json': { name: 'digits' } });
    assert.equal((await call('digits', 'load')).status, 200);
    assert.equal(await readyOf('digits'), 200);
    assert.deepEqual(dataOf(await askDigit(ask, 'digits')), digits.predict.slice(0, 1));

    const settings = { name: 'mushrooms', implementation: 'mlserver_xgboost.XGBoostModel' };
    fetch('mushrooms', { 'model.json': MUSHROOMS, 'model-settings.json': settings });
    assert.equal((await call('mushrooms', 'load')).status, 200);

    rmSync(join(folder, 'digits'), { recursive: true });
    assert.deepEqual(dataOf(await askDigit(ask, 'digits')), digits.predict.slice(0, 1));
    assert.equal((await call('digits', 'unload')).status, 200);
    assert.equal(await readyOf('digits'), 404);
    const question = requestFor(mushrooms, mushrooms.rows.slice(0, 1));
    const [value] = dataOf(await ask('POST', '/v2/models/mushrooms/infer', question));
    assert.equal(Math.fround(value), Math.fround(mushrooms.predict[0]));

    fetch('digits', { 'model.joblib': DIGITS.subarray(0, 1000), 'model-settings.json': { name: 'digits' } });
    const { status, text } = await call('digits', 'load');
    assert.ok(status >= 400 && status < 500, text);
    assert.equal(await readyOf('digits'), 404);
    fetch('digits', { 'model.joblib': DIGITS });
    assert.equal((await call('digits', 'load')).status, 200);
    assert.equal(await readyOf('digits'), 200);
    server.signal('SIGTERM');
    assert.equal(await server.exit, 0);
  });

  it('loads again what the agent has fetched anew, and does what comes together in its order', async t => {
    const { port, ask, folder, call, readyOf, fetch } = await startWithAgent(t);
    const settings = { name: 'leaves', implementation: 'mlserver_lightgbm.LightGBMModel' };
    const fetchLeaves = (value: number) => {
      const text = LIGHTGBM_TEXT.replace('leaf_value=1 2 3', `leaf_value=${value} ${value} ${value}`);
      fetch('leaves', { 'model.txt': text, 'model-settings.json': settings });
    };
    const answer = async () => {
      const row = { inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 2], data: [0, 0] }] };
      return dataOf(await ask('POST', '/v2/models/leaves/infer', row));
    };
    fetchLeaves(1);
    assert.equal((await call('leaves', 'load')).status, 200);
    fetchLeaves(2);
    assert.deepEqual(await answer(), [1], 'what was fetched waits for its load');
    assert.equal((await call('leaves', 'load')).status, 200);
    assert.deepEqual(await answer(), [2]);

    // A TrainedModel with another storageUri.
    rmSync(join(folder, 'leaves'), { recursive: true });
    assert.equal((await call('leaves', 'unload')).status, 200);
    fetchLeaves(3);
    assert.equal((await call('leaves', 'load')).status, 200);
    assert.deepEqual(await answer(), [3]);

    /** On one connection, so that they come in this order, and at once. */
    const together = async (...actions: string[]) => {
      const connection = await RawConnection.open(port);
      const head = 'host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
      connection.send(actions.map(a => `POST /v2/repository/models/leaves/${a} HTTP/1.1\r\n${head}`).join(''));
      const text = await connection.until(new RegExp(`(HTTP/1.1 [^]*){${actions.length}}`));
      connection.destroy();
      return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
    };
    const [overtaken, unloaded] = await together('load', 'unload');
    assert.ok(overtaken === 200 || overtaken === 409, `${overtaken}`);
    assert.deepEqual([unloaded, await readyOf('leaves')], [200, 404]);
    fetchLeaves(4);
    assert.deepEqual((await together('load', 'unload', 'load')).slice(1), [200, 200]);
    assert.deepEqual([await readyOf('leaves'), await answer()], [200, [4]]);
  });
});
