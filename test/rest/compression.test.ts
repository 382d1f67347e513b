import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { acceptsGzip, sendCompressible } from '../../src/rest/compression.js';

for (const [header, expected] of [
  ['gzip', true],
  ['deflate, GZIP;q=0.5', true],
  ['*', true],
  ['br, deflate', false],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['', false],
] as const) {
  test(`accept-encoding '${header}': ${expected ? 'gzip' : 'as it is'}`, () => {
    assert.equal(acceptsGzip(header), expected);
  });
}

test('long answers are compressed for clients that take it, short ones never', async () => {
  const app = fastify();
  app.get<{ Params: { length: string } }>('/:length', (request, reply) =>
    sendCompressible(
      request,
      reply,
      'x'.repeat(Number(request.params.length)),
      ['content-type', 'application/json'],
      true,
    ),
  );
  const ask = (length: number, encoding = '') =>
    app.inject({ method: 'GET', url: `/${length}`, headers: { 'accept-encoding': encoding } });
  const long = await ask(500, 'gzip');
  assert.equal(long.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(long.rawPayload).toString(), 'x'.repeat(500));
  const plain = await ask(500);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary, 'Accept-Encoding');
  const short = await ask(499, 'gzip');
  assert.equal(short.headers['content-encoding'], undefined);
  assert.equal(short.headers.vary, undefined);
});
