import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { LIGHTGBM_TEXT } from '../support/booster-documents.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import { KeepAliveClient } from '../support/keep-alive-client.js';
import type { Lifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

const SETTINGS = { implementation: 'mlserver_lightgbm.LightGBMModel' };
const ROWS = { inputs: [{ name: 'x', datatype: 'FP64', shape: [3, 2], data: [0, 0, 1, 1, 2, 2] }] };

/** A model that answers `value` to every row. */
const constant = (value: number) => LIGHTGBM_TEXT.replace('leaf_value=1 2 3', `leaf_value=${value} ${value} ${value}`);

const model = (folder: string, value: number, settings: object = {}) => ({
  [`${folder}/model-settings.json`]: { ...SETTINGS, ...settings },
  [`${folder}/model.txt`]: constant(value),
});
const version = (value: number) =>
  model(`b/${value}`, value, { name: 'b', parameters: { version: `v${value}`, version_policy: { latest: 1 } } });

/** A class whose `load` ends when the test says so, which is never. */
const HANGING = {
  'hanging/model-settings.json': { implementation: 'hanging.Hanging' },
  'hanging/hanging.js':
    'exports.Hanging = class { load() { require("modelyard").logger.info("begun"); return new Promise(() => {}); } predict() {} }',
};

function start(t: Lifetime, files: Record<string, unknown>, settings = {}): Promise<TestServer> {
  // Files change in these tests, so none is converted that another test has seen.
  return TestServer.start(t, { files, settings: { parallel_workers: 2, cache_dir: temporaryFolder(t), ...settings } });
}

async function call(server: TestServer, path: string): Promise<{ status: number; error: string }> {
  const { status, text } = await server.request({
    method: 'POST',
    path: `/v2/repository/models/${path}`,
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  return { status, error: text === '' ? '' : JSON.parse(text).error };
}

async function index(server: TestServer): Promise<string[]> {
  const { text } = await server.request({ method: 'POST', path: '/v2/repository/index' });
  const items = JSON.parse(text) as { name: string; version?: string; state: string }[];
  return items.map(({ name, version = '', state }) => `${name} ${version} ${state}`);
}

/** What may be answered now: the last value whose load has ended, up to the last whose load was asked for. */
interface Served {
  loaded: number;
  asked: number;
}

/** Clients that ask one request after another; every answer is of one version, and of one that may answer. */
class Clients {
  answered = 0;
  readonly failures: string[] = [];
  private stopping = false;
  private waiting: { readonly answers: number; readonly resolve: () => void } | undefined;
  private readonly all: Promise<void>[] = [];

  rest(port: number, name: string, served: Served): void {
    this.all.push(
      (async () => {
        const client = await KeepAliveClient.open(port);
        await this.repeat(served, async () => {
          const { status, text } = await client.post(`/v2/models/${name}/infer`, JSON.stringify(ROWS));
          if (status !== 200) return `${status}: ${text}`;
          return JSON.parse(text).outputs[0].data;
        });
        client.close();
      })(),
    );
  }

  grpc(client: GrpcTestClient, name: string, served: Served): void {
    const inputs = ROWS.inputs.map(({ data, ...input }) => ({ ...input, contents: { fp64_contents: data } }));
    const { ModelInfer } = inferenceService.methods;
    this.all.push(
      this.repeat(served, async () => {
        const path = pathOf(inferenceFile, 'ModelInfer');
        const { answer, code, details } = await client.ask(path, ModelInfer, { model_name: name, inputs });
        return answer === undefined ? `${code}: ${details}` : answer.outputs[0].contents!.fp64_contents;
      }),
    );
  }

  /** Waits for so many more answers. */
  async after(answers: number): Promise<void> {
    await new Promise<void>(resolve => (this.waiting = { answers: this.answered + answers, resolve }));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.all);
  }

  private async repeat(served: Served, ask: () => Promise<readonly number[] | string>): Promise<void> {
    while (!this.stopping) {
      const from = served.loaded;
      const answer = await ask().catch(String);
      const fits = typeof answer !== 'string' && answer.length === 3 && new Set(answer).size === 1;
      if (!fits || answer[0] < from || answer[0] > served.asked) {
        this.failures.push(`${JSON.stringify(answer)}, expected ${from} to ${served.asked}`);
      }
      if (++this.answered === this.waiting?.answers) this.waiting.resolve();
    }
  }
}

describe('models that change under load', () => {
  it('answer every request, from the old version or the new one', async t => {
    const server = await start(t, { ...model('a', 1), ...version(1) });
    const grpc = new GrpcTestClient(server.server.endpoints.find(({ name }) => name === 'gRPC')!.url);
    t.after(() => grpc.close());
    const served = { a: { loaded: 1, asked: 1 }, b: { loaded: 1, asked: 1 } };
    const clients = new Clients();
    for (let i = 0; i < 8; i++) {
      clients.rest(server.port, 'a', served.a);
      clients.rest(server.port, 'b', served.b);
    }
    clients.grpc(grpc, 'a', served.a);
    clients.grpc(grpc, 'b', served.b);
    for (let value = 2; value <= 12; value++) {
      await clients.after(50);
      server.write('a/model.txt', constant(value));
      for (const [path, content] of Object.entries(version(value))) server.write(path, content);
      served.a.asked = served.b.asked = value;
      const loads = await Promise.all([call(server, 'a/load'), call(server, 'b/load')]);
      assert.deepEqual(
        loads.map(({ status }) => status),
        [200, 200],
      );
      served.a.loaded = served.b.loaded = value;
      if (value % 3 > 0) continue;
      await clients.after(50);
      server.write('a/model.txt', constant(value + 1).slice(0, 200));
      const broken = await call(server, 'a/load');
      assert.equal(broken.status, 400, broken.error);
    }
    await clients.after(200);
    await clients.stop();
    assert.deepEqual(clients.failures, []);
    assert.ok((await index(server)).includes('b v12 READY'));
    assert.ok((await index(server)).includes('b v11 UNAVAILABLE'));
  });
});

describe('load and unload', () => {
  it('end as was asked last when they come together', async t => {
    const server = await start(t, { ...model('a', 1), ...model('b', 1) });
    for (let round = 0; round < 10; round++) {
      const [load, unload] = await Promise.all([call(server, 'a/load'), call(server, 'a/unload')]);
      assert.ok(load.status === 200 || load.status === 409, `${load.status} ${load.error}`);
      assert.equal(unload.status, 200, unload.error);
      assert.deepEqual(await index(server), ['a  UNAVAILABLE', 'b  READY']);
      assert.equal((await call(server, 'a/load')).status, 200);
      const [away, back] = await Promise.all([call(server, 'a/unload'), call(server, 'a/load')]);
      assert.deepEqual([away.status, back.status], [200, 200]);
      assert.equal((await server.infer('a', ROWS)).status, 200);
    }
  });

  it('need no files to unload; say where was looked for what is not there', async t => {
    const server = await start(t, { ...model('a', 1), ...model('b', 1) });
    rmSync(join(server.folder, 'a'), { recursive: true });
    assert.equal((await server.infer('a', ROWS)).status, 200);
    assert.equal((await call(server, 'a/unload')).status, 200);
    assert.equal((await server.infer('a', ROWS)).status, 404);
    const { status, error } = await call(server, 'a/load');
    assert.deepEqual([status, error], [404, `Model a not found in ${server.folder}`]);
    assert.deepEqual(await index(server), ['b  READY']);
  });

  it('end a load that hangs when the model is unloaded, or the server stops, and disturb nothing else', async t => {
    const server = await start(t, model('a', 1));
    for (const [path, content] of Object.entries(HANGING)) server.write(path, content);
    const first = call(server, 'hanging/load');
    await server.logged(/begun/);
    assert.equal((await server.infer('a', ROWS)).status, 200);
    assert.equal((await server.infer('hanging', ROWS)).status, 400);
    assert.equal((await call(server, 'hanging/unload')).status, 200);
    assert.deepEqual(await first, { status: 409, error: 'Model hanging was unloaded while it was loading' });
    const second = call(server, 'hanging/load');
    const third = call(server, 'a/load');
    assert.equal((await third).status, 200);
    const stopped = server.server.stop();
    assert.deepEqual(await second, { status: 503, error: 'the server is stopping' });
    await stopped;
  });

  it('of two folders that claim one name and version leave the one in service, and say so', async t => {
    const server = await start(t, { ...model('a', 1), ...model('b', 1) });
    for (const [path, content] of Object.entries(model('z', 2, { name: 'a' }))) server.write(path, content);
    const { status, error } = await call(server, 'a/load');
    assert.equal(status, 409);
    assert.match(error, /^Model a is described twice, in a\/model-settings\.json and in z\/model-settings\.json$/);
    assert.equal(JSON.parse((await server.infer('a', ROWS)).text).outputs[0].data[0], 1);
    assert.equal((await call(server, 'b/load')).status, 200);
  });
});

it('a model is warmed up in every worker before it is ready, in one that replaces another too', async t => {
  const server = await start(t, {
    'm/model-settings.json': {
      implementation: 'm.Model',
      warm_up: { samples: ['sample.json'], batch_sizes: [2], runs: 2 },
      max_batch_size: 4,
    },
    'm/sample.json': { inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [7] }] },
    'm/m.js': `const { logger } = require('modelyard');
      let asked = 0;
      exports.Model = class { predict({ inputs: [x] }) {
        if (x.data[0] === 0n) process.exit(3);
        logger.info('asked', ++asked, String(x.data));
        return { outputs: [{ name: 'y', datatype: 'INT64', shape: x.shape, data: x.data }] };
      } }`,
  });
  const warmUps = () => server.messages.filter(message => message === 'asked 2 7,7').length;
  // Lines of the log come by another way than the answer to a load.
  await until(() => warmUps() === 2);
  const ask = (value: number) =>
    server.infer('m', { inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [value] }] });
  assert.equal((await ask(0)).status, 503);
  await until(() => warmUps() === 3);
  assert.equal((await ask(1)).status, 200);
  server.write('m/sample.json', '{"inputs": []');
  const { status, error } = await call(server, 'm/load');
  assert.equal(status, 400);
  assert.match(error, /^warm_up: sample\.json: /);
  assert.equal((await ask(1)).status, 200);
});
