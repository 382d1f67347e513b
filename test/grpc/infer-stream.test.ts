import assert from 'node:assert/strict';
import { connect, constants } from 'node:http2';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { decode, encode } from '../../src/grpc/codec.js';
import {
  inferenceFile,
  inferenceService,
  ModelInferRequest,
  ModelInferResponse,
} from '../../src/grpc/inference-schema.js';
import { type Draft, message, one } from '../../src/grpc/schema.js';
import { collect, pathOf } from '../support/grpc-client.js';
import { startPuppetServer } from '../support/puppet-server.js';
import { until } from '../support/until.js';

const { ModelStreamInfer } = inferenceService.methods;
const PATH = pathOf(inferenceFile, 'ModelStreamInfer');
const MODELS = { models: [{ name: 'm' }, { name: 'batched', max_batch_size: 100, max_batch_time: 0.01 }] };

function request(id: string, value: number, model = 'm'): Draft<typeof ModelInferRequest> {
  const input = { name: 'x', datatype: 'FP64', shape: [1, 1], contents: { fp64_contents: [value] } };
  return { model_name: model, id, inputs: [input] };
}

const TritonStreamResponse = message('ModelStreamInferResponse', {
  error_message: one(1, 'string'),
  infer_response: one(2, ModelInferResponse),
});

/** As gRPC puts a message on the wire: not compressed, its length, its bytes. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

describe('ModelStreamInfer', () => {
  it('answers every message, in order and under its own id', async t => {
    const { client, pool } = await startPuppetServer(t, MODELS);
    pool.onFrame = frame => frame.echo();
    const requests = Array.from({ length: 200 }, (_, i) => request(`r${i}`, i));
    const { code, answers, trailers } = await client.stream(PATH, ModelStreamInfer, requests);
    assert.equal(code, status.OK);
    assert.deepEqual(
      answers.map(({ id, outputs }) => [id, outputs[0].contents?.fp64_contents[0]]),
      requests.map(({ id }, i) => [id, i]),
    );
    assert.deepEqual([trailers['ce-id'], trailers['ce-modelid']], ['r199', 'm']);
  });

  it('may put messages of one stream into one batch', async t => {
    const { client, pool } = await startPuppetServer(t, MODELS);
    pool.onFrame = frame => frame.echo();
    const requests = [1, 2, 3].map(value => request(String(value), value, 'batched'));
    const { answers } = await client.stream(PATH, ModelStreamInfer, requests);
    assert.deepEqual(
      answers.map(({ outputs }) => outputs[0].contents?.fp64_contents),
      [[1], [2], [3]],
    );
    assert.ok(pool.frames.length < 3);
  });

  it('takes the model of the first message for those that name none', async t => {
    const { client, pool } = await startPuppetServer(t, MODELS);
    pool.onFrame = frame => frame.echo();
    const { answers } = await client.stream(PATH, ModelStreamInfer, [request('a', 1), request('b', 2, '')]);
    assert.deepEqual(
      answers.map(answer => answer.model_name),
      ['m', 'm'],
    );
  });

  it('ends an empty stream well', async t => {
    const { client } = await startPuppetServer(t, MODELS);
    const { code, answers } = await client.stream(PATH, ModelStreamInfer, []);
    assert.deepEqual([code, answers], [status.OK, []]);
  });

  it('ends with the first failure, after the answers before it', async t => {
    const { client, pool } = await startPuppetServer(t, MODELS);
    pool.onFrame = frame => frame.echo();
    const requests = [request('a', 1), request('b', 2, 'nope'), request('c', 3)];
    const { code, details, answers } = await client.stream(PATH, ModelStreamInfer, requests);
    assert.deepEqual([code, details], [status.NOT_FOUND, 'Model nope not found']);
    assert.deepEqual(
      answers.map(answer => answer.id),
      ['a'],
    );
  });

  it('goes on after a failure in the form of Triton, which tells whose it is', async t => {
    const { client, pool } = await startPuppetServer(t, { ...MODELS, settings: { grpc_stream_form: 'triton' } });
    pool.onFrame = frame => frame.echo();
    const call = client.open(PATH);
    const ended = collect(call, TritonStreamResponse);
    for (const draft of [request('a', 1), request('b', 2, 'nope'), request('c', 3)]) {
      call.write(encode(ModelInferRequest, draft));
    }
    // An input whose shape is cut off.
    call.write(Buffer.concat([encode(ModelInferRequest, { id: 'd' }), Buffer.of(0x2a, 3, 0x1a, 1, 0xff)]));
    call.end();
    const { code, answers } = await ended;
    assert.equal(code, status.OK);
    assert.deepEqual(
      answers.map(({ error_message, infer_response }) => [
        error_message,
        infer_response?.id,
        infer_response?.outputs.length,
      ]),
      [
        ['', 'a', 1],
        ['Model nope not found', 'b', 0],
        ['', 'c', 1],
        ['ModelInferRequest: byte 7, field 3: the message ends within a number', 'd', 0],
      ],
    );
  });

  it('ends with INVALID_ARGUMENT when a message is none', async t => {
    const { client } = await startPuppetServer(t, MODELS);
    const call = client.open(PATH);
    const ended = collect(call, ModelInferResponse);
    call.write(Buffer.of(0xff));
    assert.equal((await ended).code, status.INVALID_ARGUMENT);
  });

  it('lets a client that goes away leave the queue', async t => {
    const { client, pool, scheduler } = await startPuppetServer(t, MODELS);
    const waiting = () => [...scheduler.depths()].reduce((sum, depth) => sum + depth.waiting, 0);
    const call = client.open(PATH);
    const ended = collect(call, ModelInferResponse);
    for (let i = 0; i < 3; i++) call.write(encode(ModelInferRequest, request(String(i), i)));
    await until(() => pool.frames.length === 1 && waiting() === 2);
    call.cancel();
    assert.equal((await ended).code, status.CANCELLED);
    await until(() => waiting() === 0);
    pool.frames[0].echo();
    await scheduler.idle();
    assert.equal(pool.frames.length, 1);
  });

  it('holds a client back that sends faster than it is answered', async t => {
    const { client, pool, scheduler } = await startPuppetServer(t, { ...MODELS, settings: { max_queue_size: 1000 } });
    const waiting = () => [...scheduler.depths()].reduce((sum, depth) => sum + depth.waiting, 0);
    const requests = Array.from({ length: 300 }, (_, i) => request(String(i), i));
    const result = client.stream(PATH, ModelStreamInfer, requests);
    await until(() => pool.frames.length === 1);
    // Another call is answered behind what has been read of this one.
    await client.ask(pathOf(inferenceFile, 'ServerLive'), inferenceService.methods.ServerLive, {});
    assert.ok(waiting() < 100, `${waiting()} wait`);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.equal((await result).answers.length, 300);
  });

  it('sends every answer of a model that streams, as it is made', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 's' }], streaming: ['s'] });
    const ready: (() => void)[] = [];
    pool.onStream = async function* (_worker, { inputs: [input] }) {
      for (let i = 0; i < 2; i++) {
        await new Promise<void>(resolve => ready.push(resolve));
        yield { ok: true, outputs: [{ ...input, data: Float64Array.of(i) }], inferenceMs: 0 };
      }
      return undefined;
    };
    const call = client.open(PATH);
    const messages = call.iterator();
    const next = async () => {
      const { id, outputs } = decode(ModelInferResponse, (await messages.next()).value);
      return [id, outputs[0].contents?.fp64_contents];
    };
    call.end(encode(ModelInferRequest, request('a', 1, 's')));
    for (let i = 0; i < 2; i++) {
      await until(() => ready.length === i + 1);
      ready[i]();
      assert.deepEqual(await next(), ['a', [i]]);
    }
    assert.equal((await messages.next()).done, true);
  });

  it('ends the stream of a model whose caller goes away', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 's' }], streaming: ['s'] });
    let open = 0;
    pool.onStream = async function* (_worker, { inputs }) {
      open++;
      try {
        for (;;) yield { ok: true, outputs: inputs, inferenceMs: 0 };
      } finally {
        open--;
      }
    };
    const call = client.open(PATH);
    const ended = collect(call, ModelInferResponse);
    call.write(encode(ModelInferRequest, request('a', 1, 's')));
    await until(() => open === 1);
    call.cancel();
    assert.equal((await ended).code, status.CANCELLED);
    await until(() => open === 0);
  });

  it('lets go of the model when a caller that does not read goes away', async t => {
    const { server, client, pool, admin } = await startPuppetServer(t, { models: [{ name: 's' }], streaming: ['s'] });
    const data = new Float64Array(100_000);
    let made = 0;
    pool.onStream = async function* (_worker, { inputs: [input] }) {
      for (;;) {
        made++;
        yield { ok: true, outputs: [{ ...input, shape: [data.length], data }], inferenceMs: 0 };
      }
    };
    // grpc-js reads whether or not anybody listens; a bare stream that nobody reads does not.
    const session = connect(server.url);
    t.after(() => session.destroy());
    const call = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => {});
    call.write(framed(encode(ModelInferRequest, request('a', 1, 's'))));
    // Beyond what the connection takes nothing is made: the count stands still while other calls are answered.
    for (let before = -1; made === 0 || made > before; ) {
      before = made;
      await client.ask(pathOf(inferenceFile, 'ServerLive'), inferenceService.methods.ServerLive, {});
    }
    call.close(constants.NGHTTP2_CANCEL);
    await admin.unload({ name: 's' });
    await until(() => pool.unloads.length === 1);
  });
});
