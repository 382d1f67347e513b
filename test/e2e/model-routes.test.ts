import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { suiteLifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';

const settings = (others = {}) => ({ implementation: 'own.Own', ...others });
const own = (word: string) => `import { Model, ModelError, logger, type ModelRoute } from 'modelyard';
  export class Own extends Model {
    count = 0;
    routes: ModelRoute[] = [
      { path: '/explain/{topic}', handle(request) {
        return { model: this.name, topic: request.params.topic, tenant: request.headers.tenant,
          q: request.query.getAll('q'), body: request.json() ?? null, word: '${word}' }; } },
      { path: '/explain/all', method: 'POST', handle: () => 'all' },
      { path: '/count', method: 'GET', handle: () => new Response(String(++this.count), {
        status: 201, headers: { 'content-type': 'text/plain', 'x-own': 'a', 'content-length': '77' } }) },
      { path: '/fails', method: 'GET', handle() { throw new ModelError('because', 418); } },
      { path: '/breaks', method: 'GET', async handle() { throw new TypeError('broken'); } },
      { path: '/nonsense', method: 'GET', handle: () => ({ big: 1n }) },
      { path: '/hangs', method: 'GET', handle() { for (;;); } },
    ];
    predict() { return { outputs: [] }; }
  }`;

const FILES = {
  'models/own/model-settings.json': settings({ infer_timeout: 30 }),
  'models/own/own.ts': own('one'),
};

for (const workers of [0, 1]) {
  describe(`routes of models with parallel_workers ${workers}`, () => {
    const life = suiteLifetime();
    let server: TestServer;
    before(async () => {
      server = await TestServer.start(life, { files: FILES, settings: { parallel_workers: workers } });
    });
    const post = (path: string, body: string, headers = {}) => server.request({ method: 'POST', path, body, headers });

    it('see parts of the path, the query, headers and the body of any type', async () => {
      const { status, headers, text } = await post('/explain/a%20b?q=1&q=2?3', '{"x":1}', { tenant: 't' });
      assert.deepEqual([status, headers['content-type']], [200, 'application/json']);
      const expected = { model: 'own', topic: 'a b', tenant: 't', q: ['1', '2?3'], body: { x: 1 }, word: 'one' };
      assert.deepEqual(JSON.parse(text), expected);
      const csv = await post('/explain/x', 'a,b', { 'content-type': 'text/csv' });
      assert.equal(csv.status, 400);
      assert.match(JSON.parse(csv.text).error, /^the body is not JSON: /);
      assert.equal(JSON.parse((await post('/explain/x', '')).text).body, null);
    });

    it('go to the most exact path', async () => {
      assert.equal((await post('/explain/all', '')).text, '"all"');
    });

    it('may answer with a Response', async () => {
      const { status, headers, text } = await server.get('/count');
      assert.deepEqual([status, headers['content-type'], headers['x-own'], text], [201, 'text/plain', 'a', '1']);
      assert.equal((await server.request({ method: 'HEAD', path: '/count' })).status, 201);
    });

    it('fail as the model says', async () => {
      const fail = async (path: string) => {
        const { status, text } = await server.get(path);
        return [status, JSON.parse(text).error];
      };
      assert.deepEqual(await fail('/fails'), [418, 'because']);
      assert.deepEqual(await fail('/breaks'), [500, 'broken']);
      const [status, error] = await fail('/nonsense');
      assert.equal(status, 500);
      assert.match(error, /^the route's answer cannot be written as JSON/);
    });

    it('leave other paths and methods as they are', async () => {
      const other = await server.request({ method: 'DELETE', path: '/count' });
      assert.deepEqual([other.status, other.headers.allow], [405, 'GET, HEAD']);
      for (const path of ['/explain', '/explain/', '/explain/a/b', '/nope']) {
        assert.equal((await post(path, 'x', { 'content-type': 'text/plain' })).status, 404, path);
      }
      assert.equal((await post('/explain/%zz', '')).status, 400);
      assert.equal((await server.get('/v2')).status, 200);
    });
  });
}

describe('routes of a model', () => {
  it('follow its reload, and go with it', async t => {
    const server = await TestServer.start(t, { files: FILES });
    const word = async () => JSON.parse((await server.request({ method: 'POST', path: '/explain/x' })).text).word;
    const manage = (what: string) => server.request({ method: 'POST', path: `/v2/repository/models/own/${what}` });
    assert.equal(await word(), 'one');
    server.write('models/own/own.ts', own('two'));
    assert.equal((await manage('load')).status, 200);
    assert.equal(await word(), 'two');
    assert.equal((await manage('unload')).status, 200);
    assert.equal((await server.request({ method: 'POST', path: '/explain/x' })).status, 404);
  });

  it('that hangs is ended after infer_timeout', async t => {
    const files = { ...FILES, 'models/own/model-settings.json': settings({ infer_timeout: 0.3 }) };
    const server = await TestServer.start(t, { files });
    const { status, text } = await server.get('/hangs');
    assert.equal(status, 504);
    assert.match(text, /did not answer within 0\.3 s \(infer_timeout\)/);
  });
});
