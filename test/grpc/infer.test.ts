import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { bytesColumn } from '../../src/core/tensor.js';
import { encode } from '../../src/grpc/codec.js';
import {
  inferenceFile,
  inferenceService,
  ModelInferRequest,
  ModelInferResponse,
} from '../../src/grpc/inference-schema.js';
import type { Draft } from '../../src/grpc/schema.js';
import { pathOf } from '../support/grpc-client.js';
import { startPuppetServer } from '../support/puppet-server.js';
import { until } from '../support/until.js';

const { ModelInfer } = inferenceService.methods;
const PATH = pathOf(inferenceFile, 'ModelInfer');
const BATCHED = { models: [{ name: 'm', max_batch_size: 8, max_batch_time: 0.01 }] };

function request(...values: number[]): Draft<typeof ModelInferRequest> {
  const input = { name: 'x', datatype: 'FP64', shape: [values.length, 1], contents: { fp64_contents: values } };
  return { model_name: 'm', inputs: [input] };
}

const messageOf = (...values: number[]) => encode(ModelInferRequest, request(...values));

describe('ModelInfer', () => {
  it('answers typed contents with typed contents, with the id of the request', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm', parameters: { version: '3' } }] });
    pool.onFrame = frame => frame.echo();
    const { answer } = await client.ask(PATH, ModelInfer, { ...request(1, Number.NaN), id: 'a' });
    assert.deepEqual([answer?.model_name, answer?.model_version, answer?.id], ['m', '3', 'a']);
    assert.deepEqual(answer?.outputs[0].contents?.fp64_contents, [1, Number.NaN]);
    assert.deepEqual(answer?.raw_output_contents, []);
  });

  it('answers raw contents with raw contents', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm' }] });
    pool.onFrame = frame => frame.echo();
    const half = Buffer.from(Uint16Array.of(0x3e00, 0x7e00).buffer);
    const texts = Buffer.from('0100000061' + '00000000', 'hex');
    const { answer } = await client.ask(PATH, ModelInfer, {
      model_name: 'm',
      inputs: [
        { name: 'h', datatype: 'FP16', shape: [2] },
        { name: 't', datatype: 'BYTES', shape: [2] },
        { name: 'i', datatype: 'INT32', shape: [2], contents: { int_contents: [5, -6] } },
      ],
      raw_input_contents: [half, texts],
    });
    assert.deepEqual(answer?.raw_output_contents, [half, texts, Buffer.from(Int32Array.of(5, -6).buffer)]);
    assert.deepEqual(answer?.outputs[2].contents?.int_contents, []);
  });

  it('makes up no id', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm' }] });
    pool.onFrame = frame => frame.echo();
    const { answer, trailers } = await client.ask(PATH, ModelInfer, request(1));
    assert.equal(answer?.id, '');
    assert.deepEqual(trailers, {
      'ce-specversion': '0.3',
      'ce-source': 'io.seldon.serving.deployment.mlserver',
      'ce-type': 'io.seldon.serving.inference.response',
      'ce-inferenceservicename': 'mlserver',
      'ce-modelid': 'm',
      'ce-endpoint': 'm',
    });
  });

  it('keeps an id that no header can carry out of the trailing metadata', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm' }] });
    pool.onFrame = frame => frame.echo();
    for (const id of ['żółw', 'line\nbreak']) {
      const { code, answer, trailers } = await client.ask(PATH, ModelInfer, { ...request(1), id });
      assert.deepEqual([code, answer?.id, trailers['ce-id']], [status.OK, id, undefined]);
    }
  });

  it('answers each caller of a batch with its own rows', async t => {
    const { client, pool } = await startPuppetServer(t, BATCHED);
    pool.onFrame = frame => {
      const doubled = (frame.request.inputs[0].data as Float64Array).map(value => value * 2);
      frame.succeed([{ name: 'y', datatype: 'FP64', shape: [doubled.length, 1], data: doubled }]);
    };
    const results = await Promise.all(
      [1, 2, 3].map(value => client.ask(PATH, ModelInfer, request(value, value + 0.5))),
    );
    assert.deepEqual(
      results.map(({ answer }) => answer?.outputs[0].contents?.fp64_contents),
      [
        [2, 3],
        [4, 5],
        [6, 7],
      ],
    );
  });

  it("ends with the status of the failure: the model's own, and a fixed text for what nobody foresaw", async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm' }] });
    pool.onFrame = frame => frame.fail('negative values are not allowed');
    const own = await client.ask(PATH, ModelInfer, request(-1));
    assert.deepEqual([own.code, own.details], [status.INVALID_ARGUMENT, 'negative values are not allowed']);
    pool.onFrame = frame => frame.reject(new Error('secret'));
    const unforeseen = await client.ask(PATH, ModelInfer, request(1));
    assert.deepEqual([unforeseen.code, unforeseen.details], [status.INTERNAL, 'Internal server error']);
  });

  it('does not disturb a running batch when one of its callers goes away', async t => {
    const { client, pool } = await startPuppetServer(t, BATCHED);
    const leaving = client.start(PATH, ModelInferResponse, messageOf(1));
    const staying = client.start(PATH, ModelInferResponse, messageOf(2));
    await until(() => pool.frames.length === 1);
    assert.equal(pool.frames[0].rows, 2);
    leaving.cancel();
    assert.equal((await leaving.result).code, status.CANCELLED);
    pool.frames[0].echo();
    const { answer } = await staying.result;
    assert.deepEqual(answer?.outputs[0].contents?.fp64_contents, [2]);
  });

  it('takes a caller that goes away out of its queue', async t => {
    const { client, pool, scheduler } = await startPuppetServer(t, BATCHED);
    const waiting = () => [...scheduler.depths()].reduce((sum, depth) => sum + depth.waiting, 0);
    const first = client.start(PATH, ModelInferResponse, messageOf(1));
    await until(() => pool.frames.length === 1);
    // The only slot is taken: these wait.
    const leaving = client.start(PATH, ModelInferResponse, messageOf(2));
    const staying = client.start(PATH, ModelInferResponse, messageOf(3));
    await until(() => waiting() === 2);
    leaving.cancel();
    await until(() => waiting() === 1);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.deepEqual((await first.result).answer?.outputs[0].contents?.fp64_contents, [1]);
    assert.deepEqual((await staying.result).answer?.outputs[0].contents?.fp64_contents, [3]);
    assert.deepEqual(
      pool.frames.map(frame => frame.rows),
      [1, 1],
    );
  });

  it('gives up at the deadline of the client, and the others in the queue go on', async t => {
    const { client, pool, scheduler } = await startPuppetServer(t, BATCHED);
    const waiting = () => [...scheduler.depths()].reduce((sum, depth) => sum + depth.waiting, 0);
    const first = client.start(PATH, ModelInferResponse, messageOf(1));
    await until(() => pool.frames.length === 1);
    const hurried = client.start(PATH, ModelInferResponse, messageOf(2), { deadline: Date.now() + 50 });
    const patient = client.start(PATH, ModelInferResponse, messageOf(3));
    assert.equal((await hurried.result).code, status.DEADLINE_EXCEEDED);
    await until(() => waiting() === 1);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.equal((await first.result).code, status.OK);
    assert.deepEqual((await patient.result).answer?.outputs[0].contents?.fp64_contents, [3]);
  });

  it('gives up after the time that the settings allow', async t => {
    const { client } = await startPuppetServer(t, { ...BATCHED, settings: { request_timeout: 0.02 } });
    const { code, details } = await client.ask(PATH, ModelInfer, request(1));
    assert.deepEqual([code, details], [status.DEADLINE_EXCEEDED, 'the request was not answered within its time']);
  });

  it('passes texts in and out', async t => {
    const { client, pool } = await startPuppetServer(t, { models: [{ name: 'm' }] });
    pool.onFrame = frame =>
      frame.succeed([{ name: 'y', datatype: 'BYTES', shape: [2], data: bytesColumn(['x', 'jaźń']) }]);
    const { answer } = await client.ask(PATH, ModelInfer, request(1, 2));
    assert.deepEqual(answer?.outputs[0].contents?.bytes_contents.map(String), ['x', 'jaźń']);
  });
});
