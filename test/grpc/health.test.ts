import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { decode, encode } from '../../src/grpc/codec.js';
import { healthFile, healthService, ServingStatus } from '../../src/grpc/health-schema.js';
import { pathOf } from '../support/grpc-client.js';
import { startPuppetServer } from '../support/puppet-server.js';

const { Check, Watch } = healthService.methods;
const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus.values;

describe('grpc.health.v1', () => {
  it('tells whether the server and its services serve', async t => {
    const { client, dataPlane } = await startPuppetServer(t, { models: [] });
    const check = (service: string) => client.ask(pathOf(healthFile, 'Check'), Check, { service });
    for (const service of ['', 'inference.GRPCInferenceService', 'grpc.health.v1.Health']) {
      assert.equal((await check(service)).answer?.status, SERVING);
    }
    const { code, details } = await check('nope');
    assert.deepEqual([code, details], [status.NOT_FOUND, "service: 'nope' is unknown"]);
    dataPlane.phase = 'stopping';
    assert.equal((await check('')).answer?.status, NOT_SERVING);
  });

  it('tells watchers about every change, and only about changes', async t => {
    const { client, dataPlane } = await startPuppetServer(t, { models: [] });
    const watch = (service: string) => {
      const call = client.watch(pathOf(healthFile, 'Watch'), encode(Watch.request, { service }));
      call.on('error', () => {});
      const messages = call.iterator();
      return async () => decode(Watch.response, (await messages.next()).value).status;
    };
    const next = watch('');
    assert.equal(await next(), SERVING);
    dataPlane.phase = 'starting';
    assert.equal(await next(), NOT_SERVING);
    dataPlane.phase = 'stopping';
    dataPlane.phase = 'serving';
    assert.equal(await next(), SERVING);
    assert.equal(await watch('nope')(), SERVICE_UNKNOWN);
  });
});
