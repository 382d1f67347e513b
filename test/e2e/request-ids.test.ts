import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inferenceFile, inferenceService } from '../../src/grpc/inference-schema.js';
import { digits, requestFor } from '../support/examples.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import { TestServer } from '../support/server.js';
import { RECORDED_MODELS } from '../transcripts/recorded-models.js';

const DIGIT = requestFor(digits, digits.rows.slice(0, 1));
/** Makes the model `fail` throw. */
const FAILING = { inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP64', data: [13] }] };
const ACCESS = /"POST \/v2\/models\/mnist-svm\/infer" 200$/;
const REST_FAILURE = /^POST \/v2\/models\/fail\/infer: /;

it("names each request in the log: by its caller's x-request-id, else by an id of its own", async t => {
  const server = await TestServer.start(t, { files: RECORDED_MODELS });
  const grpc = new GrpcTestClient(server.url('gRPC'));
  t.after(() => grpc.close());
  const { methods } = inferenceService;
  const idsOf = async (pattern: RegExp) => {
    await server.logged(pattern);
    return server.lines.filter(({ message }) => pattern.test(message)).map(line => line.request_id);
  };

  await server.infer('mnist-svm', DIGIT, { headers: { 'x-request-id': 'mine' } });
  await server.infer('mnist-svm', DIGIT);
  await server.infer('mnist-svm', DIGIT);
  await server.infer('fail', FAILING, { headers: { 'x-request-id': 'failing' } });
  await server.logged(REST_FAILURE);
  const [first, second, third, ...more] = await idsOf(ACCESS);
  assert.equal(first, 'mine');
  assert.match(`${second} ${third}`, /^req-(\w+) req-(?!\1)\w+$/);
  assert.deepEqual(more, []);
  assert.deepEqual(await idsOf(REST_FAILURE), ['failing']);

  const live = pathOf(inferenceFile, 'ServerLive');
  await grpc.ask(live, methods.ServerLive, {}, { metadata: { 'x-request-id': 'yours' } });
  await grpc.ask(live, methods.ServerLive, {});
  const infer = pathOf(inferenceFile, 'ModelInfer');
  const contents = { fp64_contents: [13] };
  const draft = { model_name: 'fail', inputs: [{ name: 'x', shape: [1n, 1n], datatype: 'FP64', contents }] };
  await grpc.ask(infer, methods.ModelInfer, draft);
  const [given, own] = await idsOf(/ServerLive OK$/);
  assert.equal(given, 'yours');
  assert.match(own!, /^grpc-\w+$/);
  await server.logged(/ModelInfer INTERNAL$/);
  // What went wrong, and the line of the call itself.
  const [failure, call] = await idsOf(/ModelInfer(: | INTERNAL$)/);
  assert.match(failure!, /^grpc-\w+$/);
  assert.equal(call, failure);
});
