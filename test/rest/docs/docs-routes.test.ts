import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { pack } from 'msgpackr';
import {
  type OpenApiDocument,
  type Operation,
  type Parameter,
  type Response,
  resolve,
} from '../../../src/rest/docs/openapi.js';
import { DocumentChecker } from '../../support/documents.js';
import type { HttpAnswer } from '../../support/http.js';
import { suiteLifetime } from '../../support/lifetime.js';
import { exampleModels, TestServer } from '../../support/server.js';

const SIMILARITY = new URL('../../../../models/text-similarity/', import.meta.url);
const fileOf = (name: string) => readFileSync(new URL(name, SIMILARITY), 'utf8');
const FILES = {
  ...exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': {} }),
  'models/text-similarity/model-settings.json': fileOf('model-settings.json'),
  'models/text-similarity/text_similarity.ts': fileOf('text_similarity.ts'),
  'models/echo/model-settings.json': { name: 'echo', implementation: 'echo.Echo' },
  'models/echo/echo.js': 'export class Echo { predict({ inputs }) { return { outputs: inputs }; } }',
};

const json = (answer: HttpAnswer) => JSON.parse(answer.text);

describe('routes of the documentation', () => {
  const lifetime = suiteLifetime();
  let server: TestServer;
  before(async () => {
    server = await TestServer.start(lifetime, { files: FILES, settings: { server_name: '<b>', root_path: 'ml/' } });
  });
  const load = (name: string) => server.request({ method: 'POST', path: `/v2/repository/models/${name}/load` });
  const documentAt = async (path: string): Promise<OpenApiDocument> => json(await server.get(`${path}/dataplane.json`));

  /** Sends all that a document describes, each example included; every answer must be as it says. Returns what was sent. */
  async function sendAll(document: OpenApiDocument): Promise<string[]> {
    const checker = new DocumentChecker(document);
    const sent: string[] = [];
    for (const [template, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item) as [string, Operation][]) {
        const path = filled(document, template, operation);
        const { content, required } = operation.requestBody ?? {};
        const examples = Object.entries(content?.['application/json'].examples ?? {});
        const bodies = examples.map(([name, example]) => ({
          name,
          body: resolve<{ value: unknown }>(document, example).value,
        }));
        if (!required) bodies.push({ name: '', body: undefined });
        for (const { name, body } of bodies) {
          const about = `${method} ${path} ${name}`;
          const answer = await server.request({
            method: method.toUpperCase(),
            path,
            headers: { 'content-type': 'application/json' },
            body: body === undefined ? undefined : JSON.stringify(body),
          });
          const promised = promiseOf(checker, operation, name);
          assert.equal(answer.status, promised.status, `${about}: ${answer.text}`);
          checker.check(operation, answer, about);
          if (promised.value !== undefined) assert.deepEqual(json(answer), promised.value, about);
          sent.push(about);
        }
      }
    }
    return sent;
  }

  for (const model of ['text-similarity', 'mnist-svm', 'mushroom-xgboost', 'echo']) {
    it(`describe ${model} as it is`, async () => {
      const path = `/v2/models/${model}`;
      const document = await documentAt(`${path}/docs`);
      assert.equal(document.info.title, `Data Plane for Model ${model}`);
      const sent = await sendAll(document);
      assert.equal(sent.includes(`post ${path}/infer smallest`), model !== 'echo');
      await load(model);
    });
  }

  it('describe one version', async () => {
    const path = '/v2/models/mnist-svm/versions/v0.1.0';
    const document = await documentAt(`${path}/docs`);
    const sent = await sendAll(document);
    assert.ok(sent.includes(`post ${path}/infer smallest`));
    await load('mnist-svm');
    const asked = await server.get('/v2/models/mnist-svm/docs/dataplane.json?model_version=v0.1.0');
    assert.deepEqual(json(asked), document);
    const page = await server.get(`${path}/docs`);
    assert.match(page.text, /<title>Modelyard API Docs - mnist-svm \(v0\.1\.0\)<\/title>/);
  });

  it('describe the server with examples that its example model answers as they say', async () => {
    const sent = await sendAll(await documentAt('/v2/docs'));
    assert.ok(sent.includes('post /v2/models/text-similarity/versions/v1/infer two-texts'));
    await load('text-similarity');
  });

  it('describe the forms that bodies may have', async () => {
    const path = '/v2/models/text-similarity/infer';
    const { paths } = await documentAt('/v2/models/text-similarity/docs');
    const { requestBody, responses } = paths[path].post!;
    const request = { inputs: [{ name: 'texts', shape: [2], datatype: 'BYTES', data: ['a', 'b'] }] };
    const bodies: Record<string, string | Buffer> = {
      'application/json': JSON.stringify(request),
      'application/octet-stream': JSON.stringify({ ...request, parameters: { binary_data_output: true } }),
      'application/msgpack': pack(request),
    };
    assert.deepEqual(Object.keys(requestBody!.content).sort(), Object.keys(bodies).sort());
    assert.deepEqual(Object.keys((responses['200'] as Response).content!).sort(), Object.keys(bodies).sort());
    for (const [type, body] of Object.entries(bodies)) {
      const { status, headers } = await server.request({
        method: 'POST',
        path,
        body,
        headers: { 'content-type': type },
      });
      assert.deepEqual([status, headers['content-type']], [200, type]);
    }
  });

  it('describe failures as they are', async () => {
    const document = await documentAt('/v2/docs');
    const checker = new DocumentChecker(document);
    for (const [template, item] of Object.entries(document.paths)) {
      if (!template.includes('{model_name}')) continue;
      const path = template.replace('{model_name}', 'nope').replace('{model_version}', 'v1');
      for (const [method, operation] of Object.entries(item) as [string, Operation][]) {
        const body = method === 'post' ? '{"inputs":[]}' : undefined;
        const answer = await server.request({ method: method.toUpperCase(), path, body });
        assert.equal(answer.status, 404, path);
        checker.check(operation, answer, path);
      }
    }
  });

  it('are never old: a model that changes, changes its documentation, and one that goes takes it along', async () => {
    const page = '/v2/models/echo/docs';
    const settings = { name: 'echo', implementation: 'echo.Echo' };
    assert.match((await server.get(page)).text, /The model does not say what it takes/);
    const inputs = [{ name: 'a<b>&"', datatype: 'INT8', shape: [-1, 2] }];
    server.write('models/echo/model-settings.json', { ...settings, inputs, outputs: inputs });
    assert.equal((await load('echo')).status, 200);
    const { text, headers } = await server.get(page);
    assert.equal(headers['cache-control'], 'no-cache');
    assert.match(text, /a&lt;b&gt;&amp;&quot;/);
    assert.ok(!text.includes('a<b>'));
    assert.ok((await sendAll(await documentAt(page))).includes('post /v2/models/echo/infer smallest'));
    assert.deepEqual(
      [(await server.get(page)).status, (await server.get(`${page}/dataplane.json`)).status],
      [404, 404],
    );
    server.write('models/echo/model-settings.json', settings);
    await load('echo');
  });

  it('keep to root_path in links, and escape what users name', async () => {
    assert.deepEqual((await documentAt('/v2/docs')).servers, [{ url: '/ml' }]);
    for (const path of ['/v2/docs', '/v2/models/mnist-svm/docs', '/v2/models/mnist-svm/versions/v0.1.0/docs']) {
      const { text } = await server.get(path);
      const links = Array.from(text.matchAll(/ (?:href|data-path)="([^"]*)"/g), ([, link]) => link);
      assert.ok(links.includes(`/ml${path}/dataplane.json`), path);
      assert.deepEqual(
        links.filter(link => !link.startsWith('/ml/v2') && link !== 'data:,'),
        [],
      );
    }
    const { text } = await server.get('/v2/docs');
    assert.match(text, /<h1>&lt;b&gt;<\/h1>/);
    assert.match(text, /<a href="\/ml\/v2\/models\/mnist-svm\/versions\/v0\.1\.0\/docs">mnist-svm<\/a>/);
  });

  it('come compressed to those who take it, and answer HEAD', async () => {
    const packed = await server.request({ path: '/v2/docs', headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    const head = await server.request({ method: 'HEAD', path: '/v2/models/mnist-svm/docs' });
    assert.deepEqual([head.status, head.text], [200, '']);
  });
});

/** A path with the examples of its parameters in it. */
function filled(document: OpenApiDocument, template: string, operation: Operation): string {
  return (operation.parameters ?? []).reduce((path: string, reference) => {
    const { name, in: place, example } = resolve<Parameter>(document, reference);
    return place === 'path' ? path.replace(`{${name}}`, example!) : path;
  }, template);
}

/** The status, and the body if it is known, of the answer to the example of this name. */
function promiseOf(checker: DocumentChecker, operation: Operation, name: string): { status: number; value?: unknown } {
  for (const status of Object.keys(operation.responses).map(Number).filter(Number.isInteger)) {
    const example = checker.response(operation, status).content?.['application/json']?.examples?.[name];
    if (example !== undefined) return { status, value: resolve<{ value: unknown }>(checker.document, example).value };
  }
  return { status: 200 };
}
