import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { GrpcClient } from '../contract/grpc-client.js';
import type { PlainAnswer } from '../contract/infer-client.js';
import { Exposition } from '../support/exposition.js';
import { exampleModels, TestServer } from '../support/server.js';

/** Answers how often it was asked before, so that an answer of the cache is told from one of the model. */
const COUNTING = `
let asked = 0;
exports.Counting = class {
  predict({ inputs: [{ data: [x] }] }) {
    if (x < 0) throw new Error('negative');
    return { outputs: [{ name: 'asked', datatype: 'INT32', shape: [1], data: [asked++] }] };
  }
};`;

const body = (x: number, id?: string) => ({ id, inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [x] }] });

async function start(t: TestContext, settings: object, names: readonly string[] = ['m']): Promise<TestServer> {
  const files: Record<string, unknown> = {};
  for (const name of names) {
    files[`models/${name}/model-settings.json`] = {
      name,
      implementation: 'counting.Counting',
      cache_enabled: true,
      ...settings,
    };
    files[`models/${name}/counting.js`] = COUNTING;
  }
  return TestServer.start(t, { files, settings: { cache_enabled: true } });
}

async function ask(server: TestServer, x: number, id?: string, model = 'm') {
  const { status, text } = await server.infer(model, body(x, id));
  const answer = JSON.parse(text);
  return status === 200 ? { asked: answer.outputs[0].data[0], id: answer.id, model: answer.model_name } : { status };
}

describe('the response cache', () => {
  it('answers what it knows under the id of the caller, and counts', async t => {
    const server = await start(t, {});
    assert.deepEqual(await ask(server, 1, 'a'), { asked: 0, id: 'a', model: 'm' });
    assert.deepEqual(await ask(server, 1, 'b'), { asked: 0, id: 'b', model: 'm' });
    assert.deepEqual(await ask(server, 2, 'c'), { asked: 1, id: 'c', model: 'm' });
    const page = new Exposition((await server.metrics()).text);
    const labels = { model: 'm', version: '' };
    assert.equal(page.value('modelyard_cache_hits_total', labels), 1);
    assert.equal(page.value('modelyard_cache_misses_total', labels), 2);
    assert.equal(page.value('model_infer_request_success_total', labels), 3);
  });

  it('is one for each model', async t => {
    const server = await start(t, {}, ['m', 'n']);
    assert.equal((await ask(server, 1)).asked, 0);
    assert.equal((await ask(server, 2)).asked, 1);
    assert.deepEqual(await ask(server, 2, 'a', 'n'), { asked: 0, id: 'a', model: 'n' });
  });

  it('answers over gRPC what REST has asked, where the model does not see headers', async t => {
    const server = await TestServer.start(t, {
      files: exampleModels({ 'mnist-svm': { cache_enabled: true } }),
      settings: { cache_enabled: true },
    });
    const input = { name: 'predict', shape: [1, 64], datatype: 'FP32', data: new Array(64).fill(3) };
    const { text } = await server.infer('mnist-svm', { inputs: [input] });
    const client = new GrpcClient(server.server.endpoints.find(({ name }) => name === 'gRPC')!.url, true);
    t.after(() => client.close());
    const answer = (await client.infer('mnist-svm', undefined, { inputs: [input] })) as PlainAnswer;
    assert.deepEqual(answer.outputs[0].data.map(Number), JSON.parse(text).outputs[0].data);
    const page = new Exposition((await server.metrics()).text);
    const labels = { model: 'mnist-svm', version: 'v0.1.0' };
    assert.equal(page.value('modelyard_cache_hits_total', labels), 1);
  });

  it('forgets everything with a reload', async t => {
    const server = await start(t, {});
    await ask(server, 5);
    await ask(server, 1);
    assert.equal((await ask(server, 1)).asked, 1);
    await server.request({ method: 'POST', path: '/v2/repository/models/m/load' });
    assert.equal((await ask(server, 1)).asked, 0);
  });

  it('keeps no failures', async t => {
    const server = await start(t, {});
    for (let time = 0; time < 2; time++) assert.deepEqual(await ask(server, -1), { status: 500 });
    const page = new Exposition((await server.metrics()).text);
    assert.equal(page.value('modelyard_cache_hits_total', { model: 'm', version: '' }), 0);
  });

  it('is off for models that do not ask for it', async t => {
    const server = await start(t, { cache_enabled: false });
    assert.deepEqual([(await ask(server, 1)).asked, (await ask(server, 1)).asked], [0, 1]);
  });
});
