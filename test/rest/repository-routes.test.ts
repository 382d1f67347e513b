import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/core/clock.js';
import { restApp } from '../../src/rest/app.js';
import { startPuppetServer } from '../support/puppet-server.js';
import { silentLogger } from '../support/silent-logger.js';

async function start(t: TestContext) {
  const { dataPlane, admin, metrics, repository } = await startPuppetServer(t, {
    models: [{ name: 'a b' }, { name: 'v', parameters: { version: '2' } }],
  });
  const app = await restApp({
    modelRoutes: { at: () => [], call: () => assert.fail('no model has routes') },
    dataPlane,
    repository: admin,
    clock: systemClock,
    logger: silentLogger,
    metrics: metrics.rest,
    serverName: 's',
    maxBodyBytes: 1000,
    requestTimeoutMs: 0,
    gzipEnabled: false,
    corsSettings: undefined,
  });
  t.after(() => app.close());
  const post = async (path: string, payload?: string, type = 'application/json') => {
    const headers = payload === undefined ? {} : { 'content-type': type };
    const { statusCode, body } = await app.inject({ method: 'POST', url: `/v2/repository/${path}`, payload, headers });
    return [statusCode, body === '' ? '' : JSON.parse(body)];
  };
  return { post, repository };
}

const A = { name: 'a b', state: 'READY', reason: '' };
const V = { name: 'v', version: '2', state: 'READY', reason: '' };

describe('routes of the repository', () => {
  it('list models; a filter, its fields and the body may be absent', async t => {
    const { post, repository } = await start(t);
    repository.add({ name: 'idle' });
    const idle = { name: 'idle', state: 'UNAVAILABLE', reason: '' };
    for (const body of [undefined, '', '{}', '{"ready":null}', '{"ready":false}', '{"ready":"no","else":1}']) {
      assert.deepEqual(await post('index', body), [200, [A, V, idle]]);
    }
    for (const body of ['{"ready":true}', '{"ready":"yes"}'])
      assert.deepEqual(await post('index', body), [200, [A, V]]);
  });

  it('refuse a filter that is none', async t => {
    const { post } = await start(t);
    assert.deepEqual(await post('index', '{"ready":"maybe"}'), [
      422,
      { error: 'ready: expected true or false, got "maybe"' },
    ]);
    assert.deepEqual(await post('index', '[]'), [422, { error: 'the body: expected an object, got a list' }]);
    const [status, { error }] = await post('index', '{"ready":');
    assert.equal(status, 422);
    assert.match(error, /^the body is not JSON: /);
  });

  it('load and unload, whatever the body', async t => {
    const { post } = await start(t);
    assert.deepEqual(await post('models/a%20b/unload', '{"unload_dependents":true}'), [200, '']);
    assert.deepEqual(await post('models/a%20b/unload'), [404, { error: 'Model a b not found' }]);
    assert.deepEqual(await post('index', '{"ready":true}'), [200, [V]]);
    assert.deepEqual(await post('models/a%20b/load'), [200, '']);
    assert.deepEqual(await post('index', '{"ready":true}'), [200, [A, V]]);
    assert.deepEqual(await post('models/a%20b/load', 'x=1', 'application/x-www-form-urlencoded'), [200, '']);
    assert.equal((await post('models/a%20b/load', 'x'.repeat(1001)))[0], 413);
    assert.deepEqual(await post('models/nope/load', 'not JSON'), [404, { error: 'Model nope not found in memory' }]);
  });

  it('load and unload one version', async t => {
    const { post, repository } = await start(t);
    repository.add({ name: 'v', parameters: { version: '3' } });
    const third = { ...V, version: '3' };
    assert.deepEqual(await post('models/v/versions/3/load'), [200, '']);
    assert.deepEqual(await post('index', '{"ready":true}'), [200, [A, V, third]]);
    assert.deepEqual(await post('models/v/versions/2/unload', '{}'), [200, '']);
    assert.deepEqual(await post('index', '{"ready":true}'), [200, [A, third]]);
    assert.deepEqual(await post('models/v/unload?model_version=3', '{}'), [200, '']);
    assert.deepEqual(await post('models/v/versions/3/unload'), [404, { error: 'Model v with version 3 not found' }]);
    assert.deepEqual(await post('models/v/versions//load'), [404, { error: 'Not Found' }]);
    const error = 'Model v with version 4 not found in memory, which has versions 2, 3';
    assert.deepEqual(await post('models/v/versions/4/load'), [404, { error }]);
  });
});
