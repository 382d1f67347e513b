import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { createLogger, type Logger, type LogStream, loggerFor } from '../../src/logging/logger.js';
import { serverSettings } from '../../src/settings/server-settings.js';

function collector(isTTY = false) {
  const lines: string[] = [];
  const stream: LogStream = { isTTY, write: (text: string) => lines.push(...text.split(/(?<=\n)/)) };
  return { lines, stream };
}

function logAll(logger: Logger): void {
  logger.debug('d');
  logger.info('i');
  logger.warning('w');
  logger.error('e');
}

test('each event is one line, at or above the level', () => {
  const now = () => new Date(2026, 0, 1);
  const { lines, stream } = collector();
  logAll(createLogger({ level: 'WARNING', format: 'text', stream, now }));
  assert.deepEqual(lines, [
    '2026-01-01 00:00:00,000 [modelyard] WARNING - w\n',
    '2026-01-01 00:00:00,000 [modelyard] ERROR - e\n',
  ]);
  logAll(createLogger({ level: 'DEBUG', format: 'text', stream, now }));
  assert.equal(lines.length, 6);
});

test('debug lines go out in order, many at a time', async () => {
  const writes: string[] = [];
  const stream: LogStream = { write: (text: string) => writes.push(text) };
  const logger = createLogger({ level: 'DEBUG', format: 'text', stream });
  for (let i = 0; i < 1000; i++) logger.debug(`request ${i}`);
  logger.info('last');
  const lines = writes.join('').split('\n');
  assert.match(lines[999], /request 999$/);
  assert.match(lines[1000], /last$/);
  assert.ok(writes.length < 10, `${writes.length} writes`);
});

test('a child speaks under its own name and keeps its fields', () => {
  const { lines, stream } = collector();
  const logger = createLogger({ level: 'DEBUG', format: 'json', stream });
  const rest = logger.child('rest', { requestId: 'r' }).child('v2', { model: 'iris' });
  rest.info('a', { version: '1' });
  logger.info('b');
  const [first, second] = lines.map(line => JSON.parse(line));
  assert.deepEqual(
    [first.name, first.request_id, first.model_name, first.model_version],
    ['modelyard.rest.v2', 'r', 'iris', '1'],
  );
  assert.deepEqual([second.name, second.request_id], ['modelyard', undefined]);
});

test('a stream that fails is no trouble', () => {
  const throwing: LogStream = {
    write() {
      throw new Error('EPIPE');
    },
  };
  const emitting = Object.assign(new EventEmitter(), { write: () => false });
  for (const stream of [throwing, emitting]) logAll(createLogger({ level: 'DEBUG', format: 'json', stream }));
  emitting.emit('error', new Error('ENOSPC'));
});

test('the settings choose level and format', () => {
  const format = (isTTY: boolean, values: Record<string, string | boolean>) => {
    const { lines, stream } = collector(isTTY);
    loggerFor(serverSettings(values), stream).info('x');
    return lines[0].startsWith('{') ? 'json' : 'text';
  };
  assert.equal(format(true, {}), 'text');
  assert.equal(format(false, {}), 'json');
  assert.equal(format(true, { use_structured_logging: true }), 'json');
  assert.equal(format(true, { log_format: 'json' }), 'json');
  assert.equal(format(false, { log_format: 'text' }), 'text');
  assert.equal(format(false, { log_format: 'text', use_structured_logging: true }), 'text');

  for (const debug of [true, false]) {
    const { lines, stream } = collector();
    const logger = loggerFor(serverSettings({ debug }), stream);
    logger.debug('x');
    logger.info('y');
    assert.equal(logger.debugEnabled, debug);
    assert.equal(lines.length, debug ? 2 : 1);
  }
});
