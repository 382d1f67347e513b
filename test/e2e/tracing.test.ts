import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import { exampleModels, TestServer } from '../support/server.js';
import { SpanCollector, type SpanSeen } from '../support/span-collector.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SAMPLED = { traceparent: `00-${TRACE}-${CALLER}-01`, tracestate: 'vendor=1' };
const ROUTE = 'POST /v2/models/:model_name/infer';
const DIGIT = { inputs: [{ name: 'predict', shape: [1, 64], datatype: 'FP32', data: new Array(64).fill(3) }] };

const start = (t: TestContext, tracing_server: string) =>
  TestServer.start(t, { files: exampleModels({ 'mnist-svm': {} }), settings: { tracing_server } });

/** The server's span and its parts by name; they leave together. */
async function spansOf(collector: SpanCollector, name: string): Promise<Record<string, SpanSeen>> {
  await collector.named(name);
  return Object.fromEntries(collector.spans.map(span => [span.name === name ? 'request' : span.name, span]));
}

function assertParts({ request, queue, batch, worker, encode }: Record<string, SpanSeen>): void {
  for (const part of [queue, batch, encode]) assert.deepEqual([part.trace, part.parent], [TRACE, request.id]);
  assert.deepEqual([worker.trace, worker.parent], [TRACE, batch.id]);
  for (const inner of [queue, batch, encode]) {
    assert.ok(request.startNs <= inner.startNs && inner.startNs <= inner.endNs && inner.endNs <= request.endNs);
  }
  assert.equal(queue.endNs, batch.startNs);
  assert.equal(batch.endNs, encode.startNs);
  assert.ok(batch.startNs <= worker.startNs && worker.endNs <= batch.endNs);
  assert.equal(batch.attributes['modelyard.batch.rows'], '1');
}

describe('tracing', () => {
  it('tells the hops of a request over REST, in the trace of its caller', async t => {
    const collector = await SpanCollector.start(t);
    const server = await start(t, collector.address);
    const { headers } = await server.infer('mnist-svm', DIGIT, { headers: SAMPLED });
    // What is left is sent with the stop.
    await server.server.stop();
    const spans = await spansOf(collector, ROUTE);
    const { request } = spans;
    assert.deepEqual(
      [request.service, request.trace, request.parent, request.state],
      ['mlserver', TRACE, CALLER, 'vendor=1'],
    );
    assert.deepEqual([headers.traceparent, headers.tracestate], [`00-${TRACE}-${request.id}-01`, 'vendor=1']);
    assert.deepEqual(request.attributes, {
      'http.request.method': 'POST',
      'http.route': '/v2/models/:model_name/infer',
      'url.path': '/v2/models/mnist-svm/infer',
      'http.response.status_code': '200',
      'modelyard.model.name': 'mnist-svm',
      'modelyard.model.version': 'v0.1.0',
    });
    assertParts(spans);
  });

  it('tells the same over gRPC, to a collector that is given by its URL', async t => {
    const collector = await SpanCollector.start(t);
    const server = await start(t, `http://${collector.address}`);
    const client = new GrpcTestClient(server.server.endpoints.find(({ name }) => name === 'gRPC')!.url);
    t.after(() => client.close());
    const inputs = [
      { name: 'predict', datatype: 'FP32', shape: [1, 64], contents: { fp32_contents: new Array(64).fill(3) } },
    ];
    const { ModelInfer } = inferenceService.methods;
    const path = pathOf(inferenceFile, 'ModelInfer');
    const { trailers } = await client.ask(path, ModelInfer, { model_name: 'mnist-svm', inputs }, { metadata: SAMPLED });
    await server.server.stop();
    const spans = await spansOf(collector, path.slice(1));
    const { request } = spans;
    assert.deepEqual([request.trace, request.parent], [TRACE, CALLER]);
    assert.equal(trailers.traceparent, `00-${TRACE}-${request.id}-01`);
    assert.equal(request.attributes['rpc.system.name'], 'grpc');
    assertParts(spans);
  });

  it('follows a caller that is not traced, marks what failed on our side, and says of a refusal what it knows', async t => {
    const collector = await SpanCollector.start(t);
    const server = await start(t, collector.address);
    const unsampled = await server.infer('mnist-svm', DIGIT, { headers: { traceparent: `00-${TRACE}-${CALLER}-00` } });
    assert.equal(unsampled.headers.traceparent, undefined);
    const refused = await server.infer('nope', DIGIT);
    await server.server.stop();
    const [request, ...others] = await collector.named(ROUTE);
    assert.deepEqual([others.length, request.parent, request.failed], [0, '', false]);
    assert.equal(refused.headers.traceparent, `00-${request.trace}-${request.id}-01`);
    assert.equal(request.attributes['http.response.status_code'], '404');
    assert.equal(request.attributes['modelyard.model.name'], undefined);
  });

  it('refuses an address that is none', async t => {
    await assert.rejects(start(t, 'not an address'), {
      message: "tracing_server: expected host:port, got 'not an address'",
    });
  });

  it('goes on without a collector, and says so once', async t => {
    const server = await start(t, '127.0.0.1:1');
    for (let i = 0; i < 3; i++) assert.equal((await server.infer('mnist-svm', DIGIT)).status, 200);
    await server.server.stop();
    assert.ok(server.messages.filter(message => /^tracing_server '127\.0\.0\.1:1': spans/.test(message)).length <= 1);
  });
});
