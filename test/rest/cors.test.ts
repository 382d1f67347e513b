import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { Cors } from '../../src/rest/cors.js';
import { serverSettings } from '../../src/settings/server-settings.js';

/** An app with one route and these CORS settings. */
function appWith(settings: Record<string, string[] | boolean | string>) {
  const app = fastify();
  const { cors } = serverSettings({ cors_settings: settings });
  assert.ok(cors);
  new Cors(cors).addTo(app);
  app.post('/x', (_request, reply) => reply.send('answer'));
  return app;
}

const preflight = (origin: string, method: string, headers?: string) => ({
  method: 'OPTIONS' as const,
  url: '/x',
  headers: {
    origin,
    'access-control-request-method': method,
    ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
  },
});

test('a preflight is answered as MLServer answers it', async () => {
  const app = appWith({ allow_origins: ['http://a'], allow_methods: ['GET', 'POST'], allow_headers: ['X-Own'] });
  const answer = await app.inject(preflight('http://a', 'POST', 'x-own, content-type'));
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, 'OK');
  assert.equal(answer.headers['access-control-allow-origin'], 'http://a');
  assert.equal(answer.headers['access-control-allow-methods'], 'GET, POST');
  assert.equal(answer.headers['access-control-max-age'], '600');
  assert.equal(
    answer.headers['access-control-allow-headers'],
    'Accept, Accept-Language, Content-Language, Content-Type, X-Own',
  );
});

for (const [what, request, text] of [
  ['another origin', preflight('http://b', 'POST'), 'Disallowed CORS origin'],
  ['another method', preflight('http://a', 'PUT'), 'Disallowed CORS method'],
  ['an unknown header', preflight('http://a', 'POST', 'x-other'), 'Disallowed CORS headers'],
] as const) {
  test(`a preflight for ${what} is refused`, async () => {
    const answer = await appWith({ allow_origins: ['http://a'], allow_methods: ['POST'] }).inject(request);
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.body, text);
  });
}

test('answers name the origin that may read them', async () => {
  const ask = async (settings: Record<string, string[] | boolean | string>, headers: Record<string, string>) =>
    (await appWith(settings).inject({ method: 'POST', url: '/x', headers })).headers;
  assert.equal((await ask({ allow_origins: ['*'] }, { origin: 'http://a' }))['access-control-allow-origin'], '*');
  const pattern = { allow_origin_regex: 'http://.*\\.example', expose_headers: ['ce-id'], allow_credentials: true };
  const matched = await ask(pattern, { origin: 'http://a.example' });
  assert.equal(matched['access-control-allow-origin'], 'http://a.example');
  assert.equal(matched['access-control-expose-headers'], 'ce-id');
  assert.equal(matched['access-control-allow-credentials'], 'true');
  assert.equal((await ask(pattern, { origin: 'http://a.example.evil' }))['access-control-allow-origin'], undefined);
  assert.equal((await ask({ allow_origins: ['*'] }, {}))['access-control-allow-origin'], undefined);
});
