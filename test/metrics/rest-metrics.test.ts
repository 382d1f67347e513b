import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { ServerError } from '../../src/core/errors.js';
import { RestMetrics } from '../../src/metrics/rest-metrics.js';
import { Exposition } from '../support/exposition.js';

const INFER = '/v2/models/:model_name/infer';

function restMetrics(prefix = 'rest_server') {
  const registry = new Registry();
  const rest = new RestMetrics(registry, prefix);
  return { registry, rest, scrape: async () => new Exposition(await registry.metrics()) };
}

test('requests are counted by method, route and status', async () => {
  const { rest, scrape } = restMetrics();
  for (const [status, seconds] of [
    [200, 0.004],
    [200, 0.02],
    [422, 0.001],
  ]) {
    rest.started('POST');
    rest.finished('POST', INFER, status, seconds);
  }
  rest.started('GET');
  rest.finished('GET', '/v2', 200, 0.25);

  const page = await scrape();
  const infer = { app_name: 'mlserver', method: 'POST', path: '/v2/models/{model_name}/infer' };
  assert.deepEqual(
    page.samples.filter(({ name }) => name === 'rest_server_requests_total'),
    [
      { name: 'rest_server_requests_total', labels: { ...infer, status_code: '200' }, value: 2 },
      { name: 'rest_server_requests_total', labels: { ...infer, status_code: '422' }, value: 1 },
      {
        name: 'rest_server_requests_total',
        labels: { app_name: 'mlserver', method: 'GET', path: '/v2', status_code: '200' },
        value: 1,
      },
    ],
  );
  const ok = { ...infer, status_code: '200' };
  assert.equal(page.value('rest_server_request_duration_seconds_count', ok), 2);
  assert.equal(page.value('rest_server_request_duration_seconds_sum', ok), 0.024);
  assert.deepEqual(page.buckets('rest_server_request_duration_seconds', ok).slice(0, 4), [
    ['0.005', 1],
    ['0.01', 1],
    ['0.025', 2],
    ['0.05', 2],
  ]);
});

test('requests in progress go up and down again', async () => {
  const { rest, scrape } = restMetrics();
  const inProgress = async () => (await scrape()).value('rest_server_requests_in_progress', { method: 'POST' });
  rest.started('POST');
  rest.started('POST');
  assert.equal(await inProgress(), 2);
  rest.finished('POST', INFER, 200, 0.1);
  rest.finished('POST', undefined, 404, 0.1);
  assert.equal(await inProgress(), 0);
});

test('paths without a route and health probes are not counted', async () => {
  const { rest, scrape } = restMetrics();
  for (const route of [undefined, '/v2/health/live', '/v2/health/ready']) {
    rest.started('GET');
    rest.finished('GET', route, 200, 0.1);
  }
  const page = await scrape();
  assert.deepEqual(page.all('rest_server_requests_total'), []);
  assert.deepEqual(page.all('rest_server_request_duration_seconds_count'), []);
});

test('the prefix of the names is a setting', async () => {
  const { rest, scrape } = restMetrics('my_api');
  rest.started('GET');
  rest.finished('GET', '/v2', 200, 0.1);
  const page = await scrape();
  assert.deepEqual(
    [...page.types.keys()],
    ['my_api_requests_total', 'my_api_request_duration_seconds', 'my_api_requests_in_progress'],
  );
});

for (const prefix of ['', 'rest-server', '1st', 'a b', 'é']) {
  test(`the prefix ${JSON.stringify(prefix)} is refused`, () => {
    assert.throws(
      () => restMetrics(prefix),
      (error: unknown) =>
        error instanceof ServerError &&
        error.code === 'INVALID_ARGUMENT' &&
        error.message.includes('metrics_rest_server_prefix') &&
        error.message.endsWith(JSON.stringify(prefix)),
    );
  });
}
