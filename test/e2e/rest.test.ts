import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { digits, mushrooms, requestFor } from '../support/examples.js';
import { Exposition } from '../support/exposition.js';
import type { HttpAnswer } from '../support/http.js';
import { KeepAliveClient } from '../support/keep-alive-client.js';
import { suiteLifetime } from '../support/lifetime.js';
import { exampleModel, exampleModels, TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ONE_DIGIT = requestFor(digits, [digits.rows[0]]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const json = ({ text }: HttpAnswer) => JSON.parse(text);
/** Status and, where there is a body, what it says. */
const summary = ({ status, text }: HttpAnswer) => (text === '' ? [status] : [status, JSON.parse(text)]);

describe('the REST server', () => {
  const life = suiteLifetime();
  let server: TestServer;

  before(async () => {
    const files = {
      ...exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': { max_batch_size: 32, max_batch_time: 0.001 } }),
      ...exampleModel('models/digits/1', 'mnist-svm', { name: 'digits', parameters: { version: '1' } }),
      ...exampleModel('models/digits/10', 'mnist-svm', { name: 'digits', parameters: { version: '10' } }),
      ...exampleModel('models/digits/9', 'mnist-svm', {
        name: 'digits',
        parameters: { version: '9' },
        platform: 'old',
      }),
      ...exampleModel('models/plain', 'mnist-svm', {
        name: 'a model: plain',
        parameters: { content_type: 'np' },
        versions: ['scikit-learn 1.9.1'],
        inputs: [{ name: 'image', datatype: 'FP32', shape: [-1, 64] }],
      }),
    };
    server = await TestServer.start(life, { files, settings: { server_name: 'tested', extensions: ['a', 'b'] } });
  });

  it('tells about itself', async () => {
    const { name, version, extensions } = json(await server.get('/v2'));
    assert.deepEqual([name, extensions], ['tested', ['a', 'b']]);
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.deepEqual(summary(await server.get('/v2/health/live')), [200, { live: true }]);
    assert.deepEqual(summary(await server.get('/v2/health/ready')), [200, { ready: true }]);
  });

  it('tells about a model what its file says, unless the settings say more', async () => {
    const { parameters, ...metadata } = json(await server.get('/v2/models/mnist-svm'));
    assert.deepEqual(metadata, {
      name: 'mnist-svm',
      versions: [],
      platform: '',
      inputs: [{ name: 'predict', datatype: 'FP64', shape: [-1, 64] }],
      outputs: [
        { name: 'predict', datatype: 'INT64', shape: [-1, 1] },
        { name: 'decision_function', datatype: 'FP64', shape: [-1, 10] },
      ],
    });
    assert.deepEqual(
      [parameters.library, parameters.library_version, parameters.estimator],
      ['scikit-learn', '1.9.1', "SVC(kernel='rbf')"],
    );
    const plain = json(await server.get('/v2/models/a%20model:%20plain'));
    assert.deepEqual([plain.name, plain.versions], ['a model: plain', ['scikit-learn 1.9.1']]);
    assert.deepEqual(plain.inputs, [{ name: 'image', datatype: 'FP32', shape: [-1, 64] }]);
    assert.equal(plain.parameters.content_type, 'np');
  });

  it('finds versions in the path or the query, and the newest without', async () => {
    for (const [path, version] of [
      ['digits', '10'],
      ['digits/versions/9', '9'],
      ['digits?model_version=1', '1'],
      ['digits?model_version=', '10'],
      ['digits/versions/1?model_version=9', '1'],
    ]) {
      const [model, query = ''] = path.split('?');
      const answer = await server.infer(model, ONE_DIGIT, { path: `/v2/models/${model}/infer?${query}` });
      assert.equal(json(answer).model_version, version, path);
      assert.deepEqual((await server.get(`/v2/models/${model}/ready?${query}`)).status, 200);
    }
    assert.equal(json(await server.get('/v2/models/digits/versions/9')).platform, 'old');
    for (const path of ['digits/versions/2', 'digits?model_version=2']) {
      const wanted = [404, { error: 'Model digits with version 2 not found' }];
      assert.deepEqual(summary(await server.get(`/v2/models/${path}`)), wanted);
    }
    for (const path of ['digits/versions/2/ready', 'nope/ready']) {
      assert.equal((await server.get(`/v2/models/${path}`)).status, 404);
    }
  });

  it('answers in the form, and with the headers, that clients of MLServer know', async () => {
    const answer = await server.infer('mnist-svm', { ...ONE_DIGIT, id: 'my-id' });
    assert.equal(
      answer.text,
      '{"model_name":"mnist-svm","model_version":"v0.1.0","id":"my-id","parameters":{},"outputs":' +
        '[{"name":"predict","shape":[1,1],"datatype":"INT64","parameters":{"content_type":"np"},"data":[8]}]}',
    );
    const { date, connection, 'content-length': length, ...headers } = answer.headers;
    assert.equal(length, String(answer.text.length));
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      'ce-specversion': '0.3',
      'ce-source': 'io.seldon.serving.deployment.tested',
      'ce-type': 'io.seldon.serving.inference.response',
      'ce-modelid': 'mnist-svm',
      'ce-inferenceservicename': 'tested',
      'ce-endpoint': 'mnist-svm',
      'ce-id': 'my-id',
      'ce-requestid': 'my-id',
    });
  });

  it('makes an id up when there is none, keeps an empty one, and no header sets it', async () => {
    for (const id of [undefined, null]) {
      const answer = await server.infer(
        'mnist-svm',
        { ...ONE_DIGIT, id },
        { headers: { 'ce-id': 'theirs', 'x-request-id': 'theirs' } },
      );
      assert.match(json(answer).id, UUID);
      assert.equal(answer.headers['ce-id'], json(answer).id);
    }
    const empty = await server.infer('mnist-svm', { ...ONE_DIGIT, id: '' });
    assert.deepEqual(
      [json(empty).id, empty.headers['ce-id'], empty.headers['ce-requestid']],
      ['', undefined, undefined],
    );
  });

  it('answers the outputs that were asked for, in that order', async () => {
    const outputs = [{ name: 'decision_function' }, { name: 'predict' }];
    const { outputs: found } = json(await server.infer('mnist-svm', { ...ONE_DIGIT, outputs }));
    assert.deepEqual(
      found.map(({ name, shape, datatype }: Record<string, unknown>) => [name, shape, datatype]),
      [
        ['decision_function', [1, 10], 'FP64'],
        ['predict', [1, 1], 'INT64'],
      ],
    );
    assert.equal(found[0].data.indexOf(Math.max(...found[0].data)), 8);
  });

  it('takes rows flat or nested, of any datatype that can hold them, and generate for infer', async () => {
    for (const datatype of [
      'UINT8',
      'INT8',
      'UINT16',
      'INT16',
      'UINT32',
      'INT32',
      'UINT64',
      'INT64',
      'FP16',
      'FP32',
      'FP64',
    ]) {
      for (const data of [digits.rows.slice(0, 3), digits.rows.slice(0, 3).flat()]) {
        const answer = await server.infer('mnist-svm', { inputs: [{ name: 'x', shape: [-1, 64], datatype, data }] });
        assert.deepEqual(json(answer).outputs[0].data, digits.predict.slice(0, 3), datatype);
      }
    }
    const path = '/v2/models/mnist-svm/versions/v0.1.0/generate';
    assert.deepEqual(json(await server.infer('', ONE_DIGIT, { path })).outputs[0].data, [8]);
  });

  it('compresses long answers for clients that take it, those with binary tensors too', async () => {
    const ask = async (parameters: object, coding: string) => {
      const body = { ...requestFor(digits, digits.rows.slice(0, 200), 'one'), parameters };
      const answer = await server.infer('mnist-svm', body, { headers: { 'accept-encoding': coding } });
      return { answer, coding: answer.headers['content-encoding'] };
    };
    for (const parameters of [{}, { binary_data_output: true }]) {
      const plain = await ask(parameters, 'identity');
      assert.equal(plain.coding, undefined);
      const gzip = await ask(parameters, 'gzip');
      assert.equal(gzip.coding, 'gzip');
      assert.deepEqual(gunzipSync(gzip.answer.bytes), plain.answer.bytes);
      const deflate = await ask(parameters, 'deflate');
      assert.equal(deflate.coding, 'deflate');
      assert.deepEqual(inflateSync(deflate.answer.bytes), plain.answer.bytes);
      const header = 'inference-header-content-length';
      assert.equal(gzip.answer.headers[header], plain.answer.headers[header]);
    }
  });

  it('takes compressed bodies, whichever way the coding is written', async () => {
    const body = Buffer.from(JSON.stringify(requestFor(digits, digits.rows.slice(0, 1))));
    for (const [coding, packed] of [
      ['gzip', gzipSync(body)],
      ['GZIP', gzipSync(body)],
      ['x-gzip', gzipSync(body)],
      ['deflate', deflateSync(body)],
    ] as const) {
      const answer = await server.infer('mnist-svm', packed, { headers: { 'content-encoding': coding } });
      assert.equal(answer.status, 200, `${coding}: ${answer.text}`);
    }
  });

  it('takes null for a missing value where the model does, and answers no rows with no rows there', async () => {
    const missing = mushrooms.rows.findIndex(row => row.includes(null));
    const answer = await server.infer('mushroom-xgboost', requestFor(mushrooms, [mushrooms.rows[missing]]));
    assert.ok(Math.abs(json(answer).outputs[0].data[0] - mushrooms.predict[missing]) < 1e-6);
    const none = json(await server.infer('mushroom-xgboost', requestFor(mushrooms, [])));
    assert.deepEqual([none.outputs[0].shape, none.outputs[0].data], [[0, 1], []]);
  });

  it('sends those who end a path with a slash to the path, and tells others which methods there are', async () => {
    for (const [method, path, status, header, value] of [
      ['GET', '/v2/', 307, 'location', '/v2'],
      [
        'GET',
        '/v2/models/mnist-svm/?model_version=v0.1.0&q=a?b',
        307,
        'location',
        '/v2/models/mnist-svm?model_version=v0.1.0&q=a?b',
      ],
      ['POST', '/v2/models/mnist-svm/infer/', 307, 'location', '/v2/models/mnist-svm/infer'],
      ['GET', '/v2/models/mnist-svm/infer', 405, 'allow', 'POST'],
      ['HEAD', '/v2/models/mnist-svm/infer', 405, 'allow', 'POST'],
      ['OPTIONS', '/v2/models/mnist-svm/infer', 405, 'allow', 'POST'],
      ['POST', '/v2', 405, 'allow', 'GET, HEAD'],
      ['DELETE', '/v2/models/mnist-svm', 405, 'allow', 'GET, HEAD'],
    ] as const) {
      const answer = await server.request({ method, path });
      assert.deepEqual([answer.status, answer.headers[header]], [status, value], `${method} ${path}`);
    }
    for (const path of [
      '/',
      '/v2//models/mnist-svm',
      '/v1/models/mnist-svm',
      '/v2/models',
      '/metrics',
      '//evil.example/v2/',
    ]) {
      assert.deepEqual(summary(await server.get(path)), [404, { error: 'Not Found' }], path);
    }
  });

  it('keeps a connection for one request after another, good or bad', async () => {
    const client = await KeepAliveClient.open(server.port);
    for (const [body, status] of [
      [JSON.stringify(ONE_DIGIT), 200],
      ['{}', 422],
      [JSON.stringify(ONE_DIGIT), 200],
    ] as const) {
      const answer = await client.post('/v2/models/mnist-svm/infer', body);
      assert.deepEqual([answer.status, answer.last], [status, false]);
    }
    client.close();
  });

  it('answers requests that were sent one behind the other, in that order', async () => {
    const connection = await server.connect();
    const body = JSON.stringify(ONE_DIGIT);
    const infer = `POST /v2/models/mnist-svm/infer HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    connection.send(
      `${infer}GET /v2 HTTP/1.1\r\nhost: a\r\n\r\n${infer}GET /v2/nope HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`,
    );
    const statuses = (await connection.untilClosed()).match(/HTTP\/1\.1 \d+/g);
    assert.deepEqual(statuses, ['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  it('serves 1,000 connections at once', async () => {
    const clients = await Promise.all(Array.from({ length: 1000 }, () => KeepAliveClient.open(server.port)));
    const answers = await Promise.all(
      clients.map((client, i) => {
        const row = i % digits.rows.length;
        return client.post(
          '/v2/models/mnist-svm/infer',
          JSON.stringify(requestFor(digits, [digits.rows[row]], `${i}`)),
        );
      }),
    );
    for (const client of clients) client.close();
    answers.forEach(({ status, text }, i) => {
      const { id, outputs } = JSON.parse(text);
      assert.deepEqual([status, id, outputs[0].data], [200, `${i}`, [digits.predict[i % digits.rows.length]]]);
    });
  });

  it('shows what it has done on the page of its metrics', async () => {
    const { status, headers, text } = await server.metrics();
    assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    const page = new Exposition(text);
    const model = { model: 'mushroom-xgboost', version: 'v0.1.0' };
    assert.equal(page.value('model_infer_request_success_total', model), 2);
    assert.equal(page.value('model_infer_request_failure_total', model), 0);
    assert.equal(page.value('model_infer_request_duration_count', model), 2);
    assert.equal(page.value('batch_request_queue_count', { model_name: model.model, model_version: model.version }), 2);
    for (const name of ['batch_rows', 'batch_requests', 'queue_wait_seconds', 'inference_seconds']) {
      assert.equal(page.value(`modelyard_${name}_count`, model), 2, name);
    }
    assert.equal(page.value('modelyard_batch_rows_sum', model), 1);
    assert.equal(page.value('modelyard_queue_depth', model), 0);
    assert.equal(page.value('modelyard_model_ready', { model: 'digits', version: '10' }), 1);
    assert.equal(page.value('modelyard_workers'), 1);
    assert.ok(page.value('parallel_request_queue_count')! > 0);
    const route = { app_name: 'mlserver', method: 'POST', path: '/v2/models/{model_name}/infer', status_code: '422' };
    assert.equal(page.value('rest_server_requests_total', route), 1);
    assert.equal(page.value('rest_server_request_duration_seconds_count', route), 1);
    assert.deepEqual(
      page.all('rest_server_requests_in_progress').map(({ value }) => value),
      [0, 0],
    );
    assert.ok(page.value('process_resident_memory_bytes')! > 0);
    assert.ok(page.value('nodejs_eventloop_lag_seconds') !== undefined);
    for (const { labels } of page.samples) assert.ok(!/nope|evil/.test(JSON.stringify(labels)), 'made up by a client');
  });
});

describe('a server that starts', () => {
  it('is ready when its first load has ended, and its models one by one', async t => {
    const server = await TestServer.open(t, { settings: { cache_dir: temporaryFolder(t) } });
    assert.deepEqual(summary(await server.get('/v2/health/ready')), [400, { ready: false }]);
    assert.deepEqual(summary(await server.get('/v2/health/live')), [200, { live: true }]);
    await server.server.loaded;
    assert.deepEqual(summary(await server.get('/v2/health/ready')), [200, { ready: true }]);
    const ready = { name: 'mnist-svm', ready: true };
    assert.deepEqual(summary(await server.get('/v2/models/mnist-svm/ready')), [200, ready]);
  });

  it('is ready without any model', async t => {
    const server = await TestServer.start(t, { files: {} });
    assert.equal((await server.get('/v2/health/ready')).status, 200);
    assert.deepEqual(summary(await server.infer('m', ONE_DIGIT)), [404, { error: 'Model m not found' }]);
  });

  it('loads nothing when it is told so', async t => {
    const server = await TestServer.start(t, { settings: { load_models_at_startup: false } });
    assert.equal((await server.get('/v2/health/ready')).status, 200);
    assert.equal((await server.get('/v2/models/mnist-svm/ready')).status, 404);
  });

  it('rejects when it is to be strict and a model cannot be loaded', async t => {
    const files = { ...exampleModels({ 'mnist-svm': {} }), 'models/bad/model-settings.json': '{' };
    const server = await TestServer.open(t, { files, strict: true });
    await assert.rejects(server.server.loaded, /^ServerError: --strict: 1 of the models cannot be loaded: bad: /);
  });

  it('opens no metrics when they have no endpoint', async t => {
    const server = await TestServer.start(t, { settings: { metrics_endpoint: null } });
    assert.deepEqual(
      server.server.endpoints.map(({ name }) => name),
      ['HTTP', 'gRPC'],
    );
  });
});
