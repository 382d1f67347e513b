import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ParameterValue } from '../../src/core/tensor.js';
import { fixture } from '../support/fixtures.js';
import { suiteLifetime } from '../support/lifetime.js';
import { BROKEN_MODEL, MODELS_OF_THE_AGENT, RECORDED_MODELS } from '../support/recorded-models.js';
import { TestServer } from '../support/server.js';

/*
 * Exchanges recorded with MLServer 1.7.1, had again with a whole server: statuses, bodies and every header that is not the HTTP
 * server's own. 64-bit integers in them are kept as text, "@9223372036854775807", for JSON.parse would round them.
 */

interface Transcript {
  readonly n: number;
  readonly profile: string;
  readonly about: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly body_text?: string;
  };
  readonly response: Response;
}

interface Response {
  /** Missing where MLServer broke the connection. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly body_text?: string;
}

const parse = (text: string) => JSON.parse(text.replace(/(?<=[[ ,:])-?\d{16,}(?=[\],}])/g, '"@$&"'));
const stringify = (value: unknown) => JSON.stringify(value).replace(/"@(-?\d+)"/g, '$1');

const transcripts: readonly Transcript[] = Buffer.from(fixture('transcripts/rest.jsonl'))
  .toString()
  .trim()
  .split('\n')
  .map(parse);

interface Difference {
  readonly status?: number;
  /** Of a failure. */
  readonly error?: string | RegExp;
  /** What the body is in place of the recorded one. */
  readonly body?: unknown;
  /** The text of a body that is not JSON. */
  readonly text?: RegExp;
  /** Leaves out of both bodies what the models, which are not the recorded ones, do not share. */
  readonly alike?: (body: unknown) => unknown;
  /** Headers that differ. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly why: string;
}

const FORM = 'every failure has one form, {"error": ...}; the status stays';
const MISTAKE = "a client's mistake is a 400 that names the input, not a 500";
const NO_CLASS = 'no name of a Python class in front';
const SAID = "KServe's client wants to read it in the body as well";
const FROM_FILE = "the model's file says what it takes and gives";
const OTHER_MODEL = 'a model of the same kind, not the recorded one';

const said = (body: object): Difference => ({ body, headers: { 'content-type': 'application/json' }, why: SAID });
const modelReady = (name: string) => said({ name, ready: true });
const tensorsFromFile: Difference = {
  alike: body => ({ ...(body as object), inputs: [], outputs: [], parameters: {} }),
  why: FROM_FILE,
};
const otherNumbers: Difference = {
  alike: body =>
    JSON.parse(JSON.stringify(body), (key, value) => (key === 'data' && Array.isArray(value) ? value.length : value)),
  why: OTHER_MODEL,
};
const KNOWN = new Set([
  'fail',
  'iris-rf',
  'numbered',
  'echo-meta',
  'iris-logreg',
  'lin-batched',
  'lin',
  'iris-pd',
  'echo',
]);
const commonModels: Difference = {
  alike: body => {
    const items = (body as { name: string; version?: string }[]).filter(({ name }) => KNOWN.has(name));
    return items.map(item => JSON.stringify(item)).sort();
  },
  headers: { vary: undefined },
  why: 'there are fewer models, in an order that does not change',
};
/** What an answer's headers say of it. */
const cloudEvent = (model: string, id?: string): Record<string, string> => ({
  'ce-specversion': '0.3',
  'ce-source': 'io.seldon.serving.deployment.mlserver',
  'ce-type': 'io.seldon.serving.inference.response',
  'ce-inferenceservicename': 'mlserver',
  'ce-modelid': model,
  'ce-endpoint': model,
  ...(id === undefined ? {} : { 'ce-id': id, 'ce-requestid': id }),
});
const events = (model: string, id: string): Difference => ({
  alike: body => (body as object[]).map(event => ({ ...event, parameters: {} })),
  headers: cloudEvent(model, id),
  why: "MLServer leaves the headers in the events' parameters",
});

/** Everything that differs from MLServer on purpose. */
const DIFFERENCES: Readonly<Record<number, Difference>> = {
  1: said({ live: true }),
  2: said({ ready: true }),
  3: { alike: body => ({ ...(body as object), version: '' }), why: 'our own version' },
  4: { headers: { location: '/v2' }, why: 'a path, which is right behind a proxy too' },
  5: modelReady('mnist-svm'),
  6: modelReady('mnist-svm'),
  9: tensorsFromFile,
  11: tensorsFromFile,
  13: { error: 'Not Found', why: FORM },
  14: { error: 'method GET is not allowed here, only POST', why: FORM },
  15: { status: 200, headers: { allow: undefined }, why: 'HTTP wants HEAD wherever there is GET' },
  16: { error: 'method OPTIONS is not allowed here, only POST', why: FORM },
  18: otherNumbers,
  23: otherNumbers,
  24: otherNumbers,
  32: {
    body: {
      model_name: 'echo',
      id: '1',
      parameters: {},
      outputs: [
        { name: 's', shape: [1], datatype: 'BYTES', parameters: { content_type: 'str' }, data: ['hello world'] },
      ],
    },
    why: 'one text is one element, as the protocol has it',
  },
  36: events('lin', '1'),
  42: { error: /^body is not JSON: /, why: FORM },
  43: { error: 'body: expected a JSON object, got nothing', why: FORM },
  44: { error: "body: expected a field 'inputs', got none", why: FORM },
  45: { error: 'inputs: expected one tensor of shape [-1,4], got none', why: NO_CLASS },
  46: { error: "inputs[0]: expected a field 'data', got none", why: FORM },
  47: { error: /^inputs\[0\]\.datatype: expected one of BOOL, .*, got "FP99"$/, why: FORM },
  48: { status: 400, error: "input 'x': shape [1,3] needs 3 values, got 4", why: MISTAKE },
  49: { status: 400, error: "input 'x': expected shape [-1,4], got [1,3]", why: MISTAKE },
  50: { status: 400, error: /^input 'x': data value 0: expected a number .*, got "a"$/, why: MISTAKE },
  51: { error: "output 'nope': the model only supports 'predict' as outputs (nope was received)", why: NO_CLASS },
  52: { error: /^output 'predict_proba': the model only supports 'predict' as outputs/, why: NO_CLASS },
  53: { error: 'negative values are not allowed', why: NO_CLASS },
  54: { error: 'boom thirteen', why: NO_CLASS },
  55: { error: "content-type: expected application/json, got 'text/plain'", why: FORM },
  56: {
    status: 200,
    body: {
      model_name: 'lin',
      id: '🐢',
      parameters: {},
      outputs: [
        { name: 'predict', shape: [1, 1], datatype: 'FP64', parameters: { content_type: 'np' }, data: [4321.5] },
      ],
    },
    headers: { 'content-type': 'application/json', ...cloudEvent('lin') },
    why: 'an id may be any text; where a header cannot hold it the header is left out',
  },
  57: commonModels,
  58: commonModels,
  59: { status: 200, text: /^\[\{"name":/, why: "Triton's client sends none" },
  64: { error: /^Model nope not found in /, why: 'it says where was looked' },
  66: { text: /<title>Modelyard API Docs<\/title>/, why: 'pages of our own' },
  67: { text: /^\{"openapi":"3.1.0"/, why: 'a document of our own' },
  68: { text: /<title>Modelyard API Docs - lin<\/title>/, why: 'pages of our own' },
  96: said({ ready: true }),
  100: modelReady('lin'),
  102: modelReady('lin'),
  103: { error: /^Model lin not found in /, why: 'it says where was looked' },
  106: { status: 400, error: /model\.joblib: /, why: 'the file is at fault, not the server' },
  107: {
    alike: body => (body as object[]).map(item => ({ ...item, reason: '' })),
    why: 'the index tells why a model cannot be loaded',
  },
  108: events('text-model', 's1'),
  110: {
    status: 404,
    error: 'Model nope not found',
    headers: { 'content-type': 'application/json' },
    why: 'MLServer breaks the connection',
  },
  114: said({ live: true }),
  115: said({ live: true }),
  117: { text: /^Disallowed CORS origin$/, why: 'the same text' },
  119: {
    error: 'boom thirteen',
    headers: { 'content-type': 'application/json' },
    why: 'no traceback of the server for clients',
  },
  120: {
    status: 400,
    error: "input 'x': shape [1,3] needs 3 values, got 4",
    headers: { 'content-type': 'application/json' },
    why: MISTAKE,
  },
};

const PROFILES: Readonly<
  Record<
    string,
    { readonly settings: Readonly<Record<string, unknown>>; readonly files: Readonly<Record<string, unknown>> }
  >
> = {
  main: { settings: {}, files: RECORDED_MODELS },
  agent: { settings: { load_models_at_startup: false }, files: MODELS_OF_THE_AGENT },
  stream: { settings: { parallel_workers: 0, gzip_enabled: false }, files: RECORDED_MODELS },
  settings: {
    settings: {
      parallel_workers: 0,
      server_name: 'conformance-server',
      server_version: '9.9.9',
      extensions: ['ext-a', 'ext-b'],
      cors_settings: {
        allow_origins: ['http://127.0.0.1'],
        allow_methods: ['GET', 'POST'],
        allow_headers: ['content-type'],
        max_age: 77,
      },
    },
    files: RECORDED_MODELS,
  },
};

/** What was done to the folder before an exchange. */
const BEFORE: Readonly<Record<number, (server: TestServer) => void>> = {
  102: ({ folder }) => rmSync(join(folder, 'models/lin'), { recursive: true }),
  106(server) {
    for (const [path, content] of Object.entries(BROKEN_MODEL)) server.write(path, content);
  },
};

/** The HTTP server's own, and those of a cache or a page. */
const OWN_HEADERS = new Set([
  'date',
  'server',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'cache-control',
  'content-security-policy',
  'x-content-type-options',
]);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function headersOf(headers: IncomingHttpHeaders, other: Difference['headers'] = {}): Record<string, unknown> {
  const all = Object.entries({ ...headers, ...other });
  return Object.fromEntries(all.filter(([name, value]) => !OWN_HEADERS.has(name) && value !== undefined));
}

/** JSON, or a list of it from events; undefined for nothing. */
function bodyOf(text: string): unknown {
  if (text === '') return undefined;
  if (!text.startsWith('data: ')) return parse(text);
  return text
    .trimEnd()
    .split('\n\n')
    .map(event => parse(event.slice('data: '.length)));
}

for (const [profile, { settings, files }] of Object.entries(PROFILES)) {
  describe(`recorded exchanges with MLServer: ${profile}`, () => {
    const life = suiteLifetime();
    let server: TestServer;

    before(async () => {
      server = await TestServer.start(life, { files, settings: settings as Record<string, ParameterValue> });
    });

    for (const { n, about, request, response } of transcripts.filter(each => each.profile === profile)) {
      it(`${n}: ${about}`, async () => {
        BEFORE[n]?.(server);
        const { method, path, headers, body, body_text } = request;
        const sent = body === undefined ? body_text : stringify(body);
        const answer = await server.request({ method, path, headers, body: sent });
        const unpacked = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.bytes) : answer.bytes;
        const text = unpacked.toString().replace(UUID, '<uuid>');
        const known: Partial<Difference> = DIFFERENCES[n] ?? {};
        assert.equal(answer.status, known.status ?? response.status);
        compareBodies(text, response, known);
        const got = JSON.parse(JSON.stringify(headersOf(answer.headers)).replace(UUID, '<uuid>'));
        // A page of ours may be long where MLServer's is short, and the other way round.
        if (known.text !== undefined || response.body_text === undefined) delete got.vary;
        const expected = headersOf(response.headers ?? {}, known.headers);
        if (got.vary === undefined) delete expected.vary;
        assert.deepEqual(got, expected);
      });
    }
  });
}

function compareBodies(text: string, response: Response, known: Partial<Difference>): void {
  if (known.text !== undefined) return assert.match(text, known.text);
  if (known.error instanceof RegExp) return assert.match(JSON.parse(text).error, known.error);
  if (known.error !== undefined) return assert.deepEqual(JSON.parse(text), { error: known.error });
  const plain = known.body === undefined && response.headers?.['content-type']?.startsWith('text/plain');
  if (plain) return assert.equal(text, response.body_text);
  const { alike = (body: unknown) => body } = known;
  const wanted = known.body ?? response.body ?? bodyOf(response.body_text ?? '');
  assert.deepEqual(alike(bodyOf(text)), alike(wanted));
}
