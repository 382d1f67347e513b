import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { ServerError } from '../../src/core/errors.js';
import { type MetricsServer, startMetricsServer } from '../../src/metrics/metrics-server.js';

const HOST = '127.0.0.1';

function registryWith(collect?: () => void): Registry {
  const registry = new Registry();
  new Counter({ name: 'calls_total', help: 'h', registers: [registry], collect });
  return registry;
}

async function start(t: TestContext, endpoint = '/metrics', registry = registryWith()): Promise<MetricsServer> {
  const server = await startMetricsServer({ host: HOST, port: 0, endpoint, registry });
  t.after(() => server.close());
  return server;
}

function at(server: MetricsServer, path: string): URL {
  return new URL(path, server.url);
}

test('GET answers with the metrics', async t => {
  const server = await start(t);
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  for (const url of [server.url, `${server.url}?name=x`]) {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(await response.text(), '# HELP calls_total h\n# TYPE calls_total counter\ncalls_total 0\n');
  }
});

test('HEAD answers with the same headers and no body', async t => {
  const server = await start(t);
  const [head, get] = await Promise.all([fetch(server.url, { method: 'HEAD' }), fetch(server.url)]);
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  assert.equal(head.headers.get('content-length'), get.headers.get('content-length'));
  assert.equal(head.headers.get('content-type'), get.headers.get('content-type'));
});

test('a slash too many is sent on', async t => {
  const server = await start(t);
  const response = await fetch(`${server.url}/`, { redirect: 'manual' });
  assert.equal(response.status, 307);
  assert.equal(response.headers.get('location'), '/metrics');
});

test('other paths are 404, other methods 405', async t => {
  const server = await start(t);
  for (const path of ['/', '/metric', '/metrics/x', '/Metrics', '//metrics']) {
    assert.equal((await fetch(at(server, `http://${new URL(server.url).host}${path}`))).status, 404, path);
  }
  const post = await fetch(server.url, { method: 'POST', body: 'x' });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET, HEAD');
});

test('the endpoint is a setting, with or without a slash in front', async t => {
  for (const endpoint of ['/internal/prometheus', 'internal/prometheus']) {
    const server = await start(t, endpoint);
    assert.equal(new URL(server.url).pathname, '/internal/prometheus');
    assert.equal((await fetch(server.url)).status, 200);
    assert.equal((await fetch(at(server, '/metrics'))).status, 404);
  }
});

test('metrics that cannot be read are a 500 with the reason, and the server goes on', async t => {
  let broken = true;
  const registry = registryWith(() => {
    if (broken) throw new Error('no depths');
  });
  const server = await start(t, '/metrics', registry);
  const failed = await fetch(server.url);
  assert.equal(failed.status, 500);
  assert.match(await failed.text(), /no depths/);
  broken = false;
  assert.equal((await fetch(server.url)).status, 200);
});

test('a port in use is told by the name of its setting', async t => {
  const server = await start(t);
  const port = Number(new URL(server.url).port);
  await assert.rejects(
    startMetricsServer({ host: HOST, port, endpoint: '/metrics', registry: new Registry() }),
    (error: unknown) => {
      assert.ok(error instanceof ServerError);
      assert.equal(error.code, 'FAILED_PRECONDITION');
      assert.equal(error.message, `metrics_port: port ${port} on ${HOST} is in use`);
      return true;
    },
  );
});

test('an address that is not there is told as well', async () => {
  await assert.rejects(
    startMetricsServer({ host: '192.0.2.1', port: 0, endpoint: '/metrics', registry: new Registry() }),
    /^ServerError: metrics_port: port 0 on 192\.0\.2\.1 cannot be opened \(EADDRNOTAVAIL\)/,
  );
});

test('closing frees the port and may be asked for twice', async t => {
  const server = await start(t);
  assert.equal((await fetch(server.url)).status, 200);
  await server.close();
  await server.close();
  await assert.rejects(fetch(server.url));
});

test('a connection that never asks does not keep the server from closing', async t => {
  const server = await start(t);
  const silent = connect(Number(new URL(server.url).port), HOST);
  await once(silent, 'connect');
  // The server has it too once it answers a later one.
  await fetch(server.url);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const closed = server.close();
  t.mock.timers.tick(1000);
  await Promise.all([closed, once(silent, 'close')]);
});

test('a scrape that runs while the server closes is answered', async t => {
  let release = () => {};
  const registry = registryWith();
  const entered = new Promise<void>(resolve => {
    const metrics = registry.metrics.bind(registry);
    registry.metrics = async () => {
      resolve();
      await new Promise<void>(done => (release = done));
      return metrics();
    };
  });
  const server = await start(t, '/metrics', registry);
  const call = request(server.url).end();
  await entered;
  const closed = server.close();
  release();
  const [response] = await once(call, 'response');
  assert.equal(response.statusCode, 200);
  response.resume();
  await closed;
});
