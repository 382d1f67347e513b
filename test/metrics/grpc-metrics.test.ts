import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { GrpcMetrics } from '../../src/metrics/grpc-metrics.js';
import { Exposition } from '../support/exposition.js';

const SERVICE = 'inference.GRPCInferenceService';
const UNARY = { grpc_type: 'UNARY', grpc_service: SERVICE, grpc_method: 'ModelInfer' };

test('calls are counted by method and by the status they end with', async () => {
  const registry = new Registry();
  const infer = new GrpcMetrics(registry).method({ type: 'UNARY', service: SERVICE, method: 'ModelInfer' });
  for (const [code, seconds] of [
    [0, 0.25],
    [0, 0.5],
    [3, 0.001],
    [14, 0.001],
  ]) {
    infer.started();
    infer.messageReceived();
    if (code === 0) infer.messageSent();
    infer.handled(code, seconds);
  }
  infer.started();

  const page = new Exposition(await registry.metrics());
  assert.equal(page.value('grpc_server_started_total', UNARY), 5);
  assert.deepEqual(
    page.all('grpc_server_handled_total', UNARY).map(({ labels, value }) => [labels.grpc_code, value]),
    [
      ['OK', 2],
      ['INVALID_ARGUMENT', 1],
      ['UNAVAILABLE', 1],
    ],
  );
  assert.equal(page.value('grpc_server_handling_seconds_count', UNARY), 4);
  assert.equal(page.value('grpc_server_handling_seconds_sum', UNARY), 0.752);
  assert.equal(page.value('grpc_server_msg_received_total', UNARY), 4);
  assert.equal(page.value('grpc_server_msg_sent_total', UNARY), 2);
});

test('a status outside of gRPC counts as UNKNOWN', async () => {
  const registry = new Registry();
  const infer = new GrpcMetrics(registry).method({ type: 'UNARY', service: SERVICE, method: 'ModelInfer' });
  for (const code of [17, -1, 1.5, Number.NaN]) infer.handled(code, 0);
  const page = new Exposition(await registry.metrics());
  assert.equal(page.value('grpc_server_handled_total', { ...UNARY, grpc_code: 'UNKNOWN' }), 4);
});

test('a method that was never called shows zeros, and asking twice shares its counts', async () => {
  const registry = new Registry();
  const grpc = new GrpcMetrics(registry);
  const name = { type: 'BIDI_STREAMING', service: SERVICE, method: 'ModelStreamInfer' } as const;
  const stream = { grpc_type: 'BIDI_STREAMING', grpc_service: SERVICE, grpc_method: 'ModelStreamInfer' };
  grpc.method(name);
  assert.equal(new Exposition(await registry.metrics()).value('grpc_server_started_total', stream), 0);
  grpc.method(name).started();
  grpc.method(name).started();
  assert.equal(new Exposition(await registry.metrics()).value('grpc_server_started_total', stream), 2);
});
