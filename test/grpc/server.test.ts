import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { status } from '@grpc/grpc-js';
import { systemClock } from '../../src/core/clock.js';
import { ServerError } from '../../src/core/errors.js';
import { encode } from '../../src/grpc/codec.js';
import { inferenceFile, inferenceService, ModelInferResponse } from '../../src/grpc/inference-schema.js';
import { startGrpcServer } from '../../src/grpc/server.js';
import { Exposition } from '../support/exposition.js';
import { collect, pathOf } from '../support/grpc-client.js';
import { RawConnection } from '../support/http.js';
import { startPuppetServer } from '../support/puppet-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { until } from '../support/until.js';

const { methods } = inferenceService;
const path = (method: keyof typeof methods) => pathOf(inferenceFile, method);
const MODELS = [{ name: 'm' }];

const OPTIONS = {
  clock: systemClock,
  logger: silentLogger,
  serverName: 's',
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: null,
  requestTimeoutMs: 0,
  streamForm: 'mlserver',
} as const;

async function start(t: TestContext, settings = {}) {
  return startPuppetServer(t, { models: MODELS, settings });
}

describe('gRPC server', () => {
  it('tells about itself and its models', async t => {
    const { client, repository, dataPlane } = await start(t);
    repository.add({ name: 'm', parameters: { version: 'v2' } });
    assert.equal((await client.ask(path('ServerLive'), methods.ServerLive, {})).answer?.live, true);
    assert.equal((await client.ask(path('ServerReady'), methods.ServerReady, {})).answer?.ready, true);
    assert.equal((await client.ask(path('ModelReady'), methods.ModelReady, { name: 'm' })).answer?.ready, true);
    const { answer } = await client.ask(path('ServerMetadata'), methods.ServerMetadata, {});
    assert.deepEqual(answer, { name: 'mlserver', version: '1.7.1', extensions: [] });
    dataPlane.phase = 'stopping';
    assert.equal((await client.ask(path('ServerLive'), methods.ServerLive, {})).answer?.live, true);
    assert.equal((await client.ask(path('ServerReady'), methods.ServerReady, {})).answer?.ready, false);
    assert.equal((await client.ask(path('ModelReady'), methods.ModelReady, { name: 'm' })).answer?.ready, false);
  });

  it('answers NOT_FOUND for unknown models and versions, with the text of REST', async t => {
    const { client } = await start(t);
    const missing = [
      { name: 'nope', version: '', text: 'Model nope not found' },
      { name: 'm', version: '9', text: 'Model m with version 9 not found' },
    ];
    for (const { text, ...target } of missing) {
      const ready = await client.ask(path('ModelReady'), methods.ModelReady, target);
      assert.deepEqual([ready.code, ready.details], [status.NOT_FOUND, text]);
      const metadata = await client.ask(path('ModelMetadata'), methods.ModelMetadata, target);
      assert.deepEqual([metadata.code, metadata.details], [status.NOT_FOUND, text]);
    }
  });

  it('gives metadata with the tensors that the settings name', async t => {
    const model = {
      name: 'm',
      platform: 'p',
      versions: ['lib/1'],
      inputs: [{ name: 'x', datatype: 'INT32', shape: [-1, 2], parameters: { content_type: 'np', ratio: 0.5 } }],
    };
    const { client } = await startPuppetServer(t, { models: [model] });
    const { answer } = await client.ask(path('ModelMetadata'), methods.ModelMetadata, { name: 'm' });
    assert.deepEqual([answer?.platform, answer?.versions], ['p', ['lib/1']]);
    const [x] = answer!.inputs;
    assert.deepEqual([x.name, x.datatype, x.shape], ['x', 'INT32', [-1, 2]]);
    assert.equal(x.parameters.get('content_type')?.string_param, 'np');
    assert.equal(x.parameters.has('ratio'), false);
  });

  it('lists, unloads and loads models', async t => {
    const { client } = await start(t);
    const index = async (ready: boolean) =>
      (await client.ask(path('RepositoryIndex'), methods.RepositoryIndex, { ready })).answer?.models;
    const item = { name: 'm', version: '', reason: '' };
    assert.deepEqual(await index(false), [{ ...item, state: 'READY' }]);
    const unloaded = await client.ask(path('RepositoryModelUnload'), methods.RepositoryModelUnload, {
      model_name: 'm',
    });
    assert.equal(unloaded.code, status.OK);
    assert.deepEqual(await index(false), [{ ...item, state: 'UNAVAILABLE' }]);
    assert.deepEqual(await index(true), []);
    const again = await client.ask(path('RepositoryModelUnload'), methods.RepositoryModelUnload, { model_name: 'm' });
    assert.deepEqual([again.code, again.details], [status.NOT_FOUND, 'Model m not found']);
    const loaded = await client.ask(path('RepositoryModelLoad'), methods.RepositoryModelLoad, { model_name: 'm' });
    assert.equal(loaded.code, status.OK);
    assert.deepEqual(await index(true), [{ ...item, state: 'READY' }]);
    const nope = await client.ask(path('RepositoryModelLoad'), methods.RepositoryModelLoad, { model_name: 'nope' });
    assert.deepEqual([nope.code, nope.details], [status.NOT_FOUND, 'Model nope not found in memory']);
  });

  it('loads and unloads one version, which a parameter names', async t => {
    const { client, repository } = await start(t);
    for (const version of ['1', '2']) repository.add({ name: 'v', parameters: { version } });
    const change = (method: 'RepositoryModelLoad' | 'RepositoryModelUnload', version: object) =>
      client.ask(path(method), methods[method], { model_name: 'v', parameters: new Map([['version', version]]) });
    const serving = async () => {
      const { answer } = await client.ask(path('RepositoryIndex'), methods.RepositoryIndex, { ready: true });
      return answer!.models.filter(({ name }) => name === 'v').map(({ version }) => version);
    };
    assert.equal((await change('RepositoryModelLoad', { string_param: '1' })).code, status.OK);
    assert.deepEqual(await serving(), ['1']);
    assert.equal((await change('RepositoryModelLoad', { int64_param: 2 })).code, status.OK);
    assert.equal((await change('RepositoryModelUnload', { string_param: '1' })).code, status.OK);
    assert.deepEqual(await serving(), ['2']);
    const gone = await change('RepositoryModelUnload', { string_param: '1' });
    assert.deepEqual([gone.code, gone.details], [status.NOT_FOUND, 'Model v with version 1 not found']);
    const odd = await change('RepositoryModelLoad', { bool_param: true });
    const details = "parameters: 'version': expected a text or a whole number";
    assert.deepEqual([odd.code, odd.details], [status.INVALID_ARGUMENT, details]);
  });

  it('refuses a message beyond the limit and names the setting', async t => {
    const { client } = await start(t, { grpc_max_message_length: 1000 });
    const message = encode(methods.ModelInfer.request, { id: 'x'.repeat(1000) });
    const { code, details } = await client.start(path('ModelInfer'), ModelInferResponse, message).result;
    assert.equal(code, status.RESOURCE_EXHAUSTED);
    assert.match(details, /larger than max \(1003 vs 1000\) \(grpc_max_message_length\)$/);
  });

  it('refuses a message beyond 64 MiB unless told otherwise', async t => {
    const message = encode(methods.ModelInfer.request, {
      model_name: 'nope',
      raw_input_contents: [new Uint8Array(65 * 2 ** 20)],
    });
    const limited = await start(t);
    const refused = await limited.client.start(path('ModelInfer'), ModelInferResponse, message).result;
    assert.equal(refused.code, status.RESOURCE_EXHAUSTED);
    assert.match(refused.details, /67108864\) \(grpc_max_message_length\)$/);
    const unlimited = await start(t, { grpc_max_message_length: -1 });
    const taken = await unlimited.client.start(path('ModelInfer'), ModelInferResponse, message).result;
    assert.equal(taken.code, status.INVALID_ARGUMENT);
  });

  it('answers INVALID_ARGUMENT to bytes that are no message, and UNIMPLEMENTED to unknown methods', async t => {
    const { client } = await start(t);
    const broken = await client.start(path('ModelInfer'), ModelInferResponse, Buffer.of(0x0a, 0xff)).result;
    assert.deepEqual(
      [broken.code, broken.details],
      [status.INVALID_ARGUMENT, 'ModelInferRequest: byte 1, field 1: the message ends within a number'],
    );
    const ready = await client.start(path('ModelReady'), methods.ModelReady.response, Buffer.of(0x08, 1)).result;
    assert.equal(ready.code, status.INVALID_ARGUMENT);
    const unknown = await client.start(
      '/inference.GRPCInferenceService/ModelStatistics',
      ModelInferResponse,
      Buffer.of(),
    );
    assert.equal((await unknown.result).code, status.UNIMPLEMENTED);
  });

  it('keeps the texts of failures short and whole', async t => {
    const { client } = await start(t);
    const { code, details } = await client.ask(path('ModelReady'), methods.ModelReady, { name: '😀'.repeat(5000) });
    assert.equal(code, status.NOT_FOUND);
    assert.ok(details.length < 600);
    assert.ok(details.startsWith('Model 😀😀'));
  });

  it('counts calls, messages and how calls ended', async t => {
    const { client, metrics } = await start(t, { grpc_max_message_length: 1000 });
    await client.ask(path('ModelReady'), methods.ModelReady, { name: 'm' });
    await client.ask(path('ModelReady'), methods.ModelReady, { name: 'nope' });
    await client.ask(path('ModelReady'), methods.ModelReady, { name: 'x'.repeat(2000) });
    const page = new Exposition(await metrics.registry.metrics());
    const labels = {
      grpc_type: 'UNARY',
      grpc_service: 'inference.GRPCInferenceService',
      grpc_method: 'ModelReady',
    };
    assert.equal(page.value('grpc_server_started_total', labels), 3);
    assert.equal(page.value('grpc_server_handled_total', { ...labels, grpc_code: 'OK' }), 1);
    assert.equal(page.value('grpc_server_handled_total', { ...labels, grpc_code: 'NOT_FOUND' }), 1);
    assert.equal(page.value('grpc_server_handled_total', { ...labels, grpc_code: 'RESOURCE_EXHAUSTED' }), 1);
    assert.equal(page.value('grpc_server_msg_received_total', labels), 2);
    assert.equal(page.value('grpc_server_msg_sent_total', labels), 1);
  });

  it('answers what was sent before it closes', async t => {
    const { client, server, pool } = await start(t);
    const inputs = [{ name: 'x', datatype: 'FP64', shape: [1, 1], contents: { fp64_contents: [1] } }];
    const message = encode(methods.ModelInfer.request, { model_name: 'm', inputs });
    const unary = client.start(path('ModelInfer'), ModelInferResponse, message);
    const call = client.open(path('ModelStreamInfer'));
    const streamed = collect(call, ModelInferResponse);
    call.write(message);
    const idle = collect(client.open(path('ModelStreamInfer')), ModelInferResponse);
    await until(() => pool.frames.length === 1);
    // The server has all calls once a later one on their connection is answered.
    await client.ask(path('ServerLive'), methods.ServerLive, {});
    const closed = server.close();
    const stopping = { code: status.UNAVAILABLE, details: 'the server is stopping' };
    const ended = await idle;
    assert.deepEqual({ code: ended.code, details: ended.details }, stopping);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.equal((await unary.result).code, status.OK);
    const { code, details, answers } = await streamed;
    assert.deepEqual([{ code, details }, answers.length], [stopping, 1]);
    await closed;
  });

  it('breaks what is left when it is cut', async t => {
    const { client, server, pool } = await start(t);
    const message = encode(methods.ModelInfer.request, { model_name: 'm' });
    const { result } = client.start(path('ModelInfer'), ModelInferResponse, message);
    await until(() => pool.frames.length === 1);
    const closed = server.close();
    server.cut();
    assert.notEqual((await result).code, status.OK);
    await closed;
    pool.frames[0].echo();
  });

  it('breaks connections whose client does not even answer a ping', async t => {
    const { dataPlane, admin, metrics } = await start(t);
    const server = await startGrpcServer({
      ...OPTIONS,
      dataPlane,
      repository: admin,
      metrics: metrics.grpc,
      pingMs: 50,
    });
    t.after(() => server.cut());
    const mute = await RawConnection.open(Number(new URL(server.url).port));
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    mute.send(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), settings]));
    await mute.untilClosed();
  });

  it('names the setting when its port is in use', async t => {
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    t.after(() => other.close());
    const { port } = other.address() as { port: number };
    const { dataPlane, admin, metrics } = await start(t);
    await assert.rejects(
      startGrpcServer({ ...OPTIONS, dataPlane, repository: admin, metrics: metrics.grpc, port }),
      (error: unknown) =>
        error instanceof ServerError && error.message === `grpc_port: port ${port} on 127.0.0.1 is in use`,
    );
  });
});
