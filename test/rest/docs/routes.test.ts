import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fastify } from 'fastify';
import { systemClock } from '../../../src/core/clock.js';
import { CloudEventHeaders } from '../../../src/dataplane/cloud-events.js';
import { serverDocument } from '../../../src/rest/docs/document.js';
import { addRoutes } from '../../../src/rest/routes.js';
import { startPuppetServer } from '../../support/puppet-server.js';
import { silentLogger } from '../../support/silent-logger.js';

it('the OpenAPI document has every route of the server, and no other', async t => {
  const { dataPlane, admin, metrics } = await startPuppetServer(t, { models: [] });
  const app = fastify({ exposeHeadRoutes: false });
  t.after(() => app.close());
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
  });
  addRoutes(app, {
    dataPlane,
    repository: admin,
    clock: systemClock,
    logger: silentLogger,
    metrics: metrics.rest,
    cloudEvents: new CloudEventHeaders('s'),
    maxBodyBytes: 1000,
    requestTimeoutMs: 0,
    gzipEnabled: false,
    cors: undefined,
  });
  await app.ready();
  const { paths } = serverDocument({ serverVersion: '1', rootPath: '' });
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map(method => `${method} ${path}`),
  );
  assert.ok(routes.length > 20);
  assert.deepEqual(documented.sort(), routes.sort());
});
