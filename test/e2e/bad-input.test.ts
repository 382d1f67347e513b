import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { digits, requestFor } from '../support/examples.js';
import { Exposition } from '../support/exposition.js';
import type { HttpQuestion } from '../support/http.js';
import { suiteLifetime } from '../support/lifetime.js';
import { ELEMENT, onnxModel } from '../support/onnx-parts.js';
import { exampleModels, TestServer } from '../support/server.js';
import { BAD_BODIES, GOOD, HARMLESS_BODIES } from './bad-bodies.js';

const MAX_BODY_BYTES = 2_200_000;

const JSON_TYPE = { 'content-type': 'application/json' };
const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
const goodGzip = gzipSync(JSON.stringify(GOOD));
const tooLarge = Buffer.alloc(MAX_BODY_BYTES + 1, ' ');
/** To the model `pair`, which adds two tensors of its own names. */
const pair = (...names: string[]): Partial<HttpQuestion> => ({
  path: '/v2/models/pair/infer',
  body: JSON.stringify({ inputs: names.map(name => ({ name, shape: [1, 1], datatype: 'FP32', data: [1] })) }),
});
const PAIR = {
  'models/pair/model-settings.json': { name: 'pair', implementation: 'modelyard.OnnxModel' },
  'models/pair/model.onnx': onnxModel({
    inputs: ['left', 'right'].map(name => ({ name, type: ELEMENT.FP32, shape: ['rows', 1] })),
    outputs: [{ name: 'sum', type: ELEMENT.FP32, shape: ['rows', 1] }],
    nodes: [{ op: 'Add', inputs: ['left', 'right'], outputs: ['sum'] }],
  }),
};
const path = (rest: string) => ({ path: `/v2/models/${rest}` });
const tooLargeMessage = /^the body is larger than 2200000 bytes \(max_body_bytes\)$/;

/** Other faults than the body's; a question is a POST of a good body to the digits model where it does not say otherwise. */
const QUESTIONS: readonly [about: string, question: Partial<HttpQuestion>, status: number, message: RegExp][] = [
  ['no body at all', { body: '', headers: {} }, 422, /^body: expected a JSON object, got nothing/],
  ['no body, but a length', { body: '', headers: { ...JSON_TYPE, 'content-length': '0' } }, 422, /^body: expected/],
  [
    'content-type: text',
    { headers: { 'content-type': 'text/plain' } },
    422,
    /^content-type: expected application\/json, got 'text\/plain'/,
  ],
  ['content-type: a form', { headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 422, /^content-type/],
  ['content-type: a pickle', { headers: { 'content-type': 'application/vnd.bentoml+pickle' } }, 422, /^content-type/],
  [
    'content-type: nonsense',
    { headers: { 'content-type': 'json' } },
    422,
    /^content-type: expected application\/json, got 'json'/,
  ],
  ['content-type: a tab before it', { headers: { 'content-type': '\ttext/plain' } }, 422, /^content-type/],
  ['content-type: very long', { headers: { 'content-type': 'x'.repeat(8000) } }, 422, /^content-type: .*\.\.\.'$/],
  [
    'content-encoding: br',
    { headers: { ...JSON_TYPE, 'content-encoding': 'br' } },
    422,
    /^content-encoding: expected gzip, deflate or identity, got 'br'/,
  ],
  [
    'content-encoding: twice',
    { headers: { ...JSON_TYPE, 'content-encoding': 'gzip, gzip' } },
    422,
    /^content-encoding/,
  ],
  ['gzip that is none', { headers: gzip }, 400, /^the body is not valid gzip/],
  ['gzip cut short', { headers: gzip, body: goodGzip.subarray(0, -10) }, 400, /^the body is not valid gzip/],
  [
    'deflate that is none',
    { headers: { ...JSON_TYPE, 'content-encoding': 'deflate' } },
    400,
    /^the body is not valid deflate/,
  ],
  ['gzip of half an object', { headers: gzip, body: gzipSync('{"inputs":[') }, 422, /^body is not JSON/],
  ['a body over the limit, with its length', { body: tooLarge }, 413, tooLargeMessage],
  [
    'a body over the limit, in chunks',
    { headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' }, body: tooLarge },
    413,
    tooLargeMessage,
  ],
  [
    'a body that inflates beyond the limit',
    { headers: gzip, body: gzipSync(Buffer.alloc(100_000_000)) },
    413,
    tooLargeMessage,
  ],
  ['an unknown model', path('nope/infer'), 404, /^Model nope not found$/],
  ['an unknown version', path('mnist-svm/versions/v9/infer'), 404, /^Model mnist-svm with version v9 not found$/],
  [
    'an unknown version in the query',
    path('mnist-svm/infer?model_version=v9'),
    404,
    /^Model mnist-svm with version v9 not found$/,
  ],
  [
    'two versions in the query',
    path('mnist-svm/infer?model_version=a&model_version=b'),
    400,
    /^model_version: expected one version/,
  ],
  ['a model called __proto__', path('__proto__/infer'), 404, /^Model __proto__ not found$/],
  [
    'a version called constructor',
    path('mnist-svm/versions/constructor/infer'),
    404,
    /with version constructor not found$/,
  ],
  ['an input that is missing', pair('left'), 400, /^inputs: 'right' is missing$/],
  [
    'an unknown input',
    pair('left', 'right', 'middle'),
    400,
    /^input 'middle': the model has no such input, it has 'left', 'right'$/,
  ],
  ['an unknown input for a known one', pair('left', 'Right'), 400, /^input 'Right': the model has no such input/],
  ['an input called __proto__', pair('left', '__proto__'), 400, /^input '__proto__': the model has no such input/],
  ['an input that is there twice', pair('left', 'right', 'left'), 400, /^input 'left' is there twice$/],
  ['inputs of a model with two, none of them', pair(), 400, /^inputs: 'left' is missing$/],
  ['a model of another case', path('MNIST-SVM/infer'), 404, /^Model MNIST-SVM not found$/],
  ['no model', path('/infer'), 404, /./],
  ['no version', path('mnist-svm/versions//infer'), 404, /./],
  ['two dots', path('../infer'), 404, /./],
  ['two dots, encoded', path('%2e%2e/infer'), 404, /^Model \.\. not found$/],
  ['a path for a name', path('..%2f..%2fetc%2fpasswd/infer'), 404, /^Model \.\.\/\.\.\/etc\/passwd not found$/],
  ['a path with backslashes', path('..%5c..%5cetc/infer'), 404, /not found$/],
  ['an absolute path', path('%2fetc%2fpasswd/infer'), 404, /^Model \/etc\/passwd not found$/],
  ['a path encoded twice', path('%252e%252e%252fetc/infer'), 404, /^Model %2e%2e%2fetc not found$/],
  ['a path into the model', path('mnist-svm%2fmodel.joblib/infer'), 404, /not found$/],
  ['a name that ends in NUL', path('mnist-svm%00/infer'), 404, /not found$/],
  ['a name with line breaks', path('a%0d%0aset-cookie:%20b/infer'), 404, /^Model a\r\nset-cookie: b not found$/],
  ['an overlong dot', path('%c0%ae%c0%ae/infer'), 400, /is not properly percent-encoded$/],
  ['half an encoding', path('%4/infer'), 400, /is not properly percent-encoded$/],
  ['a name of 300 characters', path(`${'a'.repeat(300)}/infer`), 414, /has a name that is too long$/],
  ['a path of 30,000 characters', path(`${'a'.repeat(30_000)}/infer`), 431, /^the headers are too large$/],
  [
    'a header of 30,000 characters',
    { headers: { ...JSON_TYPE, more: 'a'.repeat(30_000) } },
    431,
    /^the headers are too large$/,
  ],
  ['a route that does not exist', path('mnist-svm/explain'), 404, /./],
  ['another method', { method: 'PUT' }, 405, /^method PUT is not allowed here, only POST$/],
  ['a method of other protocols', { method: 'PROPFIND' }, 405, /^method PROPFIND is not allowed here, only POST$/],
];

const POST = 'POST /v2/models/mnist-svm/infer HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';

/** What is no HTTP, or could be read in two ways: the connection ends with the answer. */
const CONNECTIONS: readonly [about: string, text: string, status: number][] = [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['HTTP of the future', 'GET /v2 HTTP/9.9\r\nhost: a\r\n\r\n', 400],
  ['a length and chunks', `${POST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  ['two lengths', `${POST}content-length: 3\r\ncontent-length: 4\r\n\r\n{}  `, 400],
  ['a negative length', `${POST}content-length: -1\r\n\r\n`, 400],
  ['a length of 1e20', `${POST}content-length: 100000000000000000000\r\n\r\n`, 400],
  ['a length that is no number', `${POST}content-length: 0x10\r\n\r\n`, 400],
  ['a chunk whose size is no number', `${POST}transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n`, 400],
  ['a chunk of 2^64 bytes', `${POST}transfer-encoding: chunked\r\n\r\n10000000000000000\r\n{}`, 400],
  ['a header with a blank before its colon', `${POST}content-length : 2\r\n\r\n{}`, 400],
  ['20,000 headers', `${POST}${'a: b\r\n'.repeat(20_000)}\r\n`, 431],
];

describe('bad input', () => {
  const life = suiteLifetime();
  let server: TestServer;

  before(async () => {
    const files = { ...exampleModels({ 'mnist-svm': {} }), ...PAIR };
    server = await TestServer.start(life, { files, settings: { max_body_bytes: MAX_BODY_BYTES } });
  });

  for (const [about, body, status, message] of BAD_BODIES) {
    it(`${status}: ${about}`, async () => {
      const answer = await server.infer('mnist-svm', body);
      assert.equal(answer.status, status, answer.text);
      assert.match(JSON.parse(answer.text).error, message);
    });
  }

  for (const [about, question, status, message] of QUESTIONS) {
    it(`${status}: ${about}`, async () => {
      const usual = {
        method: 'POST',
        path: '/v2/models/mnist-svm/infer',
        body: JSON.stringify(GOOD),
        headers: JSON_TYPE,
      };
      const answer = await server.request({ ...usual, ...question });
      assert.equal(answer.status, status, answer.text);
      assert.match(String(answer.headers['content-type']), /^application\/json/);
      assert.match(JSON.parse(answer.text).error, message);
      assert.equal(answer.headers['set-cookie'], undefined);
    });
  }

  for (const [about, text, status] of CONNECTIONS) {
    it(`${status}: ${about}`, async () => {
      const connection = await server.connect();
      connection.send(text);
      const answer = await connection.untilClosed();
      assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
      assert.match(answer, /\r\n\r\n\{"error":"[^"]+"\}$/);
    });
  }

  for (const [about, body] of HARMLESS_BODIES) {
    it(`200: ${about}`, async () => {
      const answer = await server.infer('mnist-svm', body);
      assert.equal(answer.status, 200, answer.text.slice(0, 1000));
      const { id, outputs } = JSON.parse(answer.text);
      assert.deepEqual(outputs[0].data, [digits.predict[0]]);
      if (typeof body === 'object' && 'id' in body && body.id !== undefined) {
        assert.equal(id, body.id);
        assert.deepEqual([answer.headers['ce-id'], answer.headers['set-cookie']], [undefined, undefined]);
      }
      assert.equal(Reflect.get({}, 'polluted'), undefined);
    });
  }

  it('leaves a server that answers as before, and nothing in the log', async () => {
    const answer = await server.infer('mnist-svm', requestFor(digits, digits.rows));
    assert.deepEqual(JSON.parse(answer.text).outputs[0].data, digits.predict);
    assert.deepEqual(server.errors, []);
  });

  it('counts what was refused before it was read', async () => {
    const page = new Exposition((await server.metrics()).text);
    const path = '/v2/models/{model_name}/infer';
    assert.equal(page.value('rest_server_requests_total', { path, status_code: '413' }), 3);
    assert.equal(page.value('rest_server_requests_total', { path, status_code: '200' }), HARMLESS_BODIES.length + 1);
    assert.deepEqual(
      page.all('rest_server_requests_in_progress').map(({ value }) => value),
      [0],
    );
  });
});
