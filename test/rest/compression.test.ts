import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { fastify } from 'fastify';
import { acceptedCoding, sendCompressible } from '../../src/rest/compression.js';

for (const [header, expected] of [
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['deflate, GZIP', 'gzip'],
  ['gzip;q=0.5, Deflate', 'deflate'],
  ['gzip;q=0, deflate;q=0.1', 'deflate'],
  ['*', 'gzip'],
  ['*;q=0.5, gzip;q=0', undefined],
  ['br', undefined],
  ['gzip;q=0', undefined],
  ['gzip; q=0.000', undefined],
  ['', undefined],
  [undefined, undefined],
] as const) {
  test(`accept-encoding '${header}': ${expected ?? 'as it is'}`, () => {
    assert.equal(acceptedCoding(header), expected);
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
  const deflated = await ask(500, 'deflate');
  assert.equal(deflated.headers['content-encoding'], 'deflate');
  assert.equal(inflateSync(deflated.rawPayload).toString(), 'x'.repeat(500));
  const plain = await ask(500);
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary, 'Accept-Encoding');
  const short = await ask(499, 'gzip');
  assert.equal(short.headers['content-encoding'], undefined);
  assert.equal(short.headers.vary, undefined);
});
