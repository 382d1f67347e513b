import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { packMessage, unpackMessage } from '../../src/wire/msgpack.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import { suiteLifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';

const EXAMPLE = new URL('../../../models/text-similarity/', import.meta.url);
const example = (file: string) => readFileSync(new URL(file, EXAMPLE), 'utf8');
const settings = (implementation: string, others = {}) => ({ implementation, ...others });

const FILES = {
  'models/text-similarity/model-settings.json': example('model-settings.json'),
  'models/text-similarity/text_similarity.ts': example('text_similarity.ts'),
  'models/echo/model-settings.json': settings('echo.Echo', { max_batch_size: 8 }),
  'models/echo/echo.js': `exports.Echo = class {
    predict({ inputs: [x] }) {
      if (x.data.includes(-1)) throw new Error('minus one');
      return { outputs: [{ name: 'y', datatype: 'FP64', shape: x.shape, data: x.data }] };
    } }`,
  'models/headers/model-settings.json': settings('headers.Headers'),
  'models/headers/headers.js': `exports.Headers = { predict: ({ headers, parameters }) => ({
    outputs: [{ name: 'tenant', datatype: 'BYTES', shape: [1], data: [headers.tenant] }],
    parameters: { asked: parameters.headers ?? null, headers: { 'X-Cost': 3, 'raw-bin': 'AQI=' } } }) };`,
  'models/front/model-settings.json': settings('where.Where', { parallel_workers: 0 }),
  'models/front/where.js': `const { isMainThread } = require('node:worker_threads'); exports.Where = class {
    predict() { return { outputs: [{ name: 'main', datatype: 'BOOL', shape: [1], data: [isMainThread] }] }; } }`,
  'models/stray/model-settings.json': settings('stray.Stray'),
  'models/stray/stray.mjs': `import { EventEmitter } from 'node:events'; export class Stray {
    predict({ parameters: { how } }) {
      const error = new Error(how);
      if (how === 'rejects') Promise.reject(error);
      if (how === 'throws') setTimeout(() => { throw error; });
      if (how === 'emits') setImmediate(() => new EventEmitter().emit('error', error));
      return { outputs: [] };
    } }`,
  'models/missing/model-settings.json': settings('nowhere.Nothing'),
  'models/stream/model-settings.json': settings('stream.Counter', { infer_timeout: 30 }),
  'models/stream/stream.ts': `import { Model, ModelError, logger, type ModelRequest } from 'modelyard';
    const answer = (i: number) => ({ outputs: [{ name: 'i', datatype: 'INT32' as const, shape: [1], data: [i] }] });
    export class Counter extends Model {
      predict(request: ModelRequest) { return answer(-1); }
      async *predictStream({ id, parameters: { count = 3, failAt, exitAt } }: ModelRequest) {
        try {
          for (let i = 0; i < Number(count); i++) {
            if (i === failAt) throw new ModelError('no ' + i, 409);
            if (i === exitAt) process.exit(5);
            yield answer(i);
          }
        } finally { logger.info('the producer of', id, 'has ended'); }
      }
    }`,
};

for (const workers of [0, 2]) {
  describe(`custom models with parallel_workers ${workers}`, () => {
    const life = suiteLifetime();
    let server: TestServer;
    let grpc: GrpcTestClient;

    before(async () => {
      server = await TestServer.start(life, { files: FILES, settings: { parallel_workers: workers } });
      const url = server.server.endpoints.find(({ name }) => name === 'gRPC')!.url;
      grpc = new GrpcTestClient(url);
      life.after(() => grpc.close());
    });

    const stream = (body: object, method = 'infer_stream', model = 'stream') =>
      server.request({
        method: 'POST',
        path: `/v2/models/${model}/${method}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'q', inputs: [], ...body }),
      });
    /** What each event holds: the first value, or the error. */
    const events = (text: string) =>
      text
        .split('\n\n')
        .slice(0, -1)
        .map(event => {
          assert.ok(event.startsWith('data: '));
          const { outputs, error, id, model_name: name } = JSON.parse(event.slice(6));
          if (error === undefined) assert.deepEqual([id, name], ['q', 'stream']);
          return error ?? outputs[0].data[0];
        });

    it('the example compares two texts', async () => {
      const ask = async (...texts: string[]) => {
        const inputs = [{ name: 'texts', datatype: 'BYTES', shape: [texts.length], data: texts }];
        const { status, text } = await server.infer('text-similarity', { inputs });
        return status === 200 ? JSON.parse(text).outputs : [status, JSON.parse(text).error];
      };
      const [output] = await ask('good morning', 'good evening');
      assert.deepEqual([output.name, output.datatype, output.shape], ['similarity', 'FP64', [1]]);
      assert.ok(output.data[0] > 0.2 && output.data[0] < 0.9);
      assert.equal((await ask('same', 'Same '))[0].data[0].toFixed(12), '1.000000000000');
      assert.equal((await ask('abc', 'xyz'))[0].data[0], 0);
      assert.deepEqual(await ask('one'), [400, 'expected two texts, got 1']);
      const metadata = JSON.parse((await server.get('/v2/models/text-similarity')).text);
      assert.equal(metadata.inputs[0].parameters.content_type, 'str');
    });

    it('fail for the caller alone whose request they cannot answer, in a shared batch too', async () => {
      const values = [1, -1, 2, 3];
      const answers = await Promise.all(
        values.map(value =>
          server.infer('echo', { inputs: [{ name: 'x', datatype: 'FP64', shape: [1], data: [value] }] }),
        ),
      );
      assert.deepEqual(
        answers.map(({ status, text }) => [status, JSON.parse(text).error ?? JSON.parse(text).outputs[0].data[0]]),
        [
          [200, 1],
          [500, 'minus one'],
          [200, 2],
          [200, 3],
        ],
      );
    });

    it('see the headers of a request and give headers to their answer', async () => {
      const body = { id: '1', inputs: [], parameters: { headers: { tenant: 'not this' } } };
      const { headers, text } = await server.infer('headers', body, { headers: { Tenant: 'a' } });
      assert.deepEqual([headers['x-cost'], headers['raw-bin'], headers['ce-id']], ['3', 'AQI=', '1']);
      const { parameters, outputs } = JSON.parse(text);
      assert.deepEqual(outputs[0].data, ['a']);
      assert.deepEqual(parameters, { asked: null });
      const { trailers, answer } = await grpc.ask(
        pathOf(inferenceFile, 'ModelInfer'),
        inferenceService.methods.ModelInfer,
        { model_name: 'headers', inputs: [] },
        { metadata: { tenant: 'b' } },
      );
      assert.deepEqual([trailers['x-cost'], trailers['raw-bin']], ['3', Buffer.of(1, 2)]);
      assert.deepEqual([...answer!.parameters.keys()], []);
    });

    it('are asked and answer in MessagePack', async () => {
      const ask = async (method: string, body: object, headers: object = {}) => {
        const answer = await fetch(`http://127.0.0.1:${server.port}/v2/models/echo/${method}`, {
          method: 'POST',
          headers: { 'content-type': 'application/msgpack', ...headers },
          body: new Uint8Array(packMessage(body)),
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const type = answer.headers.get('content-type');
        const isJson = type?.startsWith('application/json');
        return { status: answer.status, type, body: isJson ? JSON.parse(bytes.toString()) : unpackMessage(bytes) };
      };
      const data = Float64Array.of(1.5, 2);
      const binary = Buffer.from(data.buffer);
      const question = { id: 'm', inputs: [{ name: 'x', datatype: 'FP64', shape: [2], data: binary }] };
      for (const method of ['infer', 'generate']) {
        const { status, type, body } = await ask(method, question);
        assert.deepEqual([status, type, body.get('id')], [200, 'application/msgpack', 'm']);
        assert.deepEqual(body.get('outputs')[0].get('data'), binary);
      }
      const json = await ask('infer', question, { accept: 'application/json' });
      assert.deepEqual(json.body.outputs[0].data, [1.5, 2]);
      const bad = await ask('infer', { inputs: [{ ...question.inputs[0], shape: [3] }] });
      assert.equal(bad.status, 400);
      assert.equal(bad.body.error, "input 'x': shape [3] needs 3 values, got 2");
    });

    const skip = workers === 0 && "the test runner takes errors of its own process for the test's";
    it('leave others alone with errors that nobody waits for', { skip }, async () => {
      const others = Array.from({ length: 8 }, (_, i) =>
        server.infer('echo', { inputs: [{ name: 'x', datatype: 'FP64', shape: [1], data: [i] }] }),
      );
      const strays = ['rejects', 'throws', 'emits'].map(how =>
        server.infer('stray', { inputs: [], parameters: { how } }),
      );
      for (const { status } of await Promise.all([...strays, ...others])) assert.equal(status, 200);
      for (const how of ['rejects', 'throws', 'emits']) {
        await server.logged(new RegExp(`^An error that nobody waited for: Error: ${how}`));
      }
      assert.equal((await server.infer('stray', { inputs: [] })).status, 200);
    });

    it('run in the front when their settings say so', async () => {
      const { text } = await server.infer('front', { inputs: [] });
      assert.deepEqual(JSON.parse(text).outputs[0].data, [true]);
    });

    it('that cannot be loaded say why in the index', async () => {
      const { text } = await server.request({ method: 'POST', path: '/v2/repository/index', body: '{}' });
      const missing = JSON.parse(text).find(({ name }: { name: string }) => name === 'missing');
      assert.match(missing.reason, /there is no nowhere\.ts/);
    });

    it('stream over REST, one event for each answer', async () => {
      for (const method of ['infer_stream', 'generate_stream']) {
        const { status, headers, text } = await stream({}, method);
        assert.deepEqual(
          [status, headers['content-type'], headers['ce-id']],
          [200, 'text/event-stream; charset=utf-8', 'q'],
        );
        assert.deepEqual(events(text), [0, 1, 2]);
      }
      assert.equal(JSON.parse((await server.infer('stream', { inputs: [] })).text).outputs[0].data[0], -1);
    });

    it('fail with a status before the first event, with an event after it', async () => {
      const at = async (failAt: number) => stream({ parameters: { failAt } });
      assert.deepEqual([(await at(0)).status, (await at(0)).text], [409, '{"error":"no 0"}']);
      assert.deepEqual(events((await at(2)).text), [0, 1, 'no 2']);
      assert.equal((await stream({}, 'infer_stream', 'nope')).status, 404);
    });

    it('stream over gRPC, several answers for each message', async () => {
      const { ModelStreamInfer } = inferenceService.methods;
      const ask = (id: string, failAt?: bigint) => ({
        model_name: 'stream',
        id,
        inputs: [],
        parameters: new Map(failAt === undefined ? [] : [['failAt', { int64_param: failAt }]]),
      });
      const path = pathOf(inferenceFile, 'ModelStreamInfer');
      const { code, answers } = await grpc.stream(path, ModelStreamInfer, [ask('a'), ask('b')]);
      assert.equal(code, 0);
      assert.deepEqual(
        answers.map(({ id, outputs }) => id + outputs[0].contents?.int_contents[0]),
        ['a0', 'a1', 'a2', 'b0', 'b1', 'b2'],
      );
      const failed = await grpc.stream(path, ModelStreamInfer, [ask('a', 1n)]);
      assert.deepEqual([failed.code, failed.details, failed.answers.length], [6, 'no 1', 1]);
    });

    it('stop when the client goes away', async () => {
      const connection = await server.connect();
      const body = JSON.stringify({ id: 'gone', inputs: [], parameters: { count: 1e12 } });
      connection.send(
        `POST /v2/models/stream/infer_stream HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      await connection.until(/data: /);
      connection.destroy();
      await server.logged(/^the producer of gone has ended$/);
    });
  });
}

describe('a model that never ends to load', () => {
  const FINE = `export class M { predict() { return { outputs: [] }; } }`;
  const files = {
    'models/fine/model-settings.json': settings('m.M'),
    'models/fine/m.mjs': FINE,
    'models/never/model-settings.json': settings('m.M', { load_timeout: 0.3 }),
    'models/never/m.mjs': FINE.replace('{', '{ load() { return new Promise(() => {}); }'),
  };
  const reasons = async (server: TestServer) => {
    const { text } = await server.request({ method: 'POST', path: '/v2/repository/index', body: '{}' });
    return JSON.parse(text).map(({ name, reason }: { name: string; reason: string }) => [name, reason]);
  };
  const late = "model 'never' was not loaded within 0.3 s (load_timeout)";

  for (const workers of [0, 2]) {
    it(`fails after load_timeout, and the others serve, with parallel_workers ${workers}`, async t => {
      const server = await TestServer.start(t, { files, settings: { parallel_workers: workers } });
      assert.deepEqual(await reasons(server), [
        ['fine', ''],
        ['never', late],
      ]);
      assert.equal((await server.infer('fine', { inputs: [] })).status, 200);
      const again = await server.request({ method: 'POST', path: '/v2/repository/models/never/load' });
      assert.deepEqual([again.status, JSON.parse(again.text).error], [504, late]);
    });
  }
});

describe('a stream', () => {
  it('ends with an error when its worker is lost', async t => {
    const server = await TestServer.start(t, { files: FILES });
    const { text } = await server.request({
      method: 'POST',
      path: '/v2/models/stream/infer_stream',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [], parameters: { exitAt: 2 } }),
    });
    const last = text.split('\n\n').at(-2)!;
    assert.equal(last, 'data: {"error":"the worker that had this request stopped unexpectedly"}');
    await server.logged(/^Worker 0 stopped \(exit code 5\)/);
  });

  it('that hangs is ended after infer_timeout, and so is a call', async t => {
    const files = {
      'models/hangs/model-settings.json': settings('hangs.Hangs', { infer_timeout: 0.3 }),
      'models/hangs/hangs.mjs': `export class Hangs { predict() { for (;;); } async *predictStream() { for (;;); } }`,
    };
    const server = await TestServer.start(t, { files: { ...FILES, ...files } });
    const ask = (method: string) =>
      server.request({ method: 'POST', path: `/v2/models/hangs/${method}`, body: '{"inputs":[]}' });
    for (const method of ['infer_stream', 'infer']) {
      const hangs = ask(method);
      // May be behind the other in the worker that is ended.
      const echo = server.infer('echo', { inputs: [{ name: 'x', datatype: 'FP64', shape: [1], data: [5] }] });
      const { status, text } = await hangs;
      assert.equal((await echo).status, 200, (await echo).text);
      assert.equal(status, 504);
      assert.match(text, /did not answer within 0\.3 s \(infer_timeout\)/);
    }
  });
});
