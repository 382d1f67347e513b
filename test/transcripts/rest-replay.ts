import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { HttpAnswer } from '../support/http.js';
import type { TestServer } from '../support/server.js';
import { parseJson, type RestRecording, toJson } from './recordings.js';
import type { RestDifference } from './rest-differences.js';

type RecordedAnswer = RestRecording['response'];

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

export function askRest(server: TestServer, { request }: RestRecording): Promise<HttpAnswer> {
  const { method, path, headers, body, body_text } = request;
  return server.request({ method, path, headers, body: body === undefined ? body_text : toJson(body) });
}

/** Compares status, body and every header that is not the HTTP server's own. */
export function compareRest(answer: HttpAnswer, recorded: RecordedAnswer, other: Partial<RestDifference> = {}): void {
  const unpacked = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(answer.bytes) : answer.bytes;
  assert.equal(answer.status, other.status ?? recorded.status);
  compareBodies(unpacked.toString().replace(UUID, '<uuid>'), recorded, other);
  const got = JSON.parse(JSON.stringify(headersOf(answer.headers)).replace(UUID, '<uuid>'));
  // A page of ours may be long where MLServer's is short, and the other way round.
  if (other.text !== undefined || recorded.body_text === undefined) delete got.vary;
  const expected = headersOf(recorded.headers ?? {}, other.headers);
  if (got.vary === undefined) delete expected.vary;
  assert.deepEqual(got, expected);
}

function compareBodies(text: string, recorded: RecordedAnswer, other: Partial<RestDifference>): void {
  if (other.text !== undefined) return assert.match(text, other.text);
  if (other.error instanceof RegExp) return assert.match(JSON.parse(text).error, other.error);
  if (other.error !== undefined) return assert.deepEqual(JSON.parse(text), { error: other.error });
  const plain = other.body === undefined && recorded.headers?.['content-type']?.startsWith('text/plain');
  if (plain) return assert.equal(text, recorded.body_text);
  const { alike = (body: unknown) => body } = other;
  const wanted = other.body ?? recorded.body ?? bodyOf(recorded.body_text ?? '');
  assert.deepEqual(alike(bodyOf(text)), alike(wanted));
}

function headersOf(headers: IncomingHttpHeaders, other: RestDifference['headers'] = {}): Record<string, unknown> {
  const all = Object.entries({ ...headers, ...other });
  return Object.fromEntries(all.filter(([name, value]) => !OWN_HEADERS.has(name) && value !== undefined));
}

/** JSON, or a list of it from events; undefined for nothing. */
function bodyOf(text: string): unknown {
  if (text === '') return undefined;
  if (!text.startsWith('data: ')) return parseJson(text);
  return text
    .trimEnd()
    .split('\n\n')
    .map(event => parseJson(event.slice('data: '.length)));
}
