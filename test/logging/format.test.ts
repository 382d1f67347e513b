import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeLine } from '../../src/logging/escape.js';
import { jsonLine, type LogEvent, textLine } from '../../src/logging/format.js';

const event: LogEvent = {
  time: new Date(2026, 0, 1, 10, 0, 0, 7),
  name: 'modelyard.rest',
  level: 'INFO',
  message: 'HTTP server running on http://0.0.0.0:8080',
};

test('a text line is that of MLServer', () => {
  assert.equal(
    textLine(event),
    '2026-01-01 10:00:00,007 [modelyard.rest] INFO - HTTP server running on http://0.0.0.0:8080',
  );
  const loaded = { ...event, name: 'modelyard', message: 'Loaded.', model: 'iris' };
  assert.equal(textLine(loaded), '2026-01-01 10:00:00,007 [modelyard][iris] INFO - Loaded.');
  assert.equal(textLine({ ...loaded, version: '' }), '2026-01-01 10:00:00,007 [modelyard][iris] INFO - Loaded.');
  assert.equal(textLine({ ...loaded, version: 'v1' }), '2026-01-01 10:00:00,007 [modelyard][iris:v1] INFO - Loaded.');
});

test('a text line tells the request', () => {
  assert.match(textLine({ ...event, message: 'Slow', requestId: 'r-1' }), / INFO - Slow \(request r-1\)$/);
});

test('a JSON line holds what is known and nothing else', () => {
  assert.deepEqual(JSON.parse(jsonLine(event)), {
    time: event.time.toISOString(),
    name: 'modelyard.rest',
    level: 'INFO',
    message: event.message,
  });
  const full = jsonLine({ ...event, model: 'iris', version: '1', requestId: 'r', error: 'odd' });
  assert.deepEqual(Object.keys(JSON.parse(full)), [
    'time',
    'name',
    'level',
    'message',
    'model_name',
    'model_version',
    'request_id',
    'error',
  ]);
});

const nasty = 'a\nb\r\tc\0\x1b[2J\x7f\x85\u2028\u2029\u202e"\\ü€😀\ud800';

test('whatever is logged, an event is one line without control characters', () => {
  const odd: LogEvent = { ...event, message: nasty, model: nasty, version: nasty, requestId: nasty, error: nasty };
  for (const line of [textLine(odd), jsonLine(odd)]) {
    assert.doesNotMatch(line, /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
  }
  assert.equal(JSON.parse(jsonLine(odd)).message, nasty);
});

test('escapes what would leave the line, and leaves text alone', () => {
  assert.equal(escapeLine('a\nb\r\tc\0\x1b\x85\u2028\u202e'), 'a\\nb\\r\\tc\\u0000\\u001b\\u0085\\u2028\\u202e');
  assert.equal(escapeLine('Modèle 模型 😀 "quoted" \\n'), 'Modèle 模型 😀 "quoted" \\n');
});

test('an error shows its stack and its causes', () => {
  const error = new Error('outer', { cause: new TypeError('inner', { cause: 'text' }) });
  const text = JSON.parse(jsonLine({ ...event, error })).error as string;
  assert.match(text, /^Error: outer\n +at [\s\S]*\ncaused by: TypeError: inner\n +at [\s\S]*\ncaused by: text$/);
});

test('an endless chain of causes, and values that cannot be printed, end', () => {
  const error = new Error('round') as Error & { cause: unknown };
  error.cause = error;
  assert.equal(textLine({ ...event, error }).split('Error: round').length - 1, 5);
  assert.match(textLine({ ...event, error: Object.create(null) }), /: an object that cannot be printed$/);
});
