import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/core/clock.js';
import { createLogger } from '../../src/logging/logger.js';
import type { Patience } from '../../src/rest/app.js';
import { startRestServer } from '../../src/rest/rest-server.js';
import { Exposition } from '../support/exposition.js';
import { exchange, RawConnection } from '../support/http.js';
import { LogLines } from '../support/log-lines.js';
import { startPuppetServer } from '../support/puppet-server.js';
import { until } from '../support/until.js';

const PATH = '/v2/models/m/infer';
const ALONE = { name: 'm', max_batch_size: 1 };

interface Options {
  readonly model?: { readonly name: string; readonly [field: string]: unknown };
  readonly streaming?: readonly string[];
  readonly requestTimeoutMs?: number;
  readonly patience?: Patience;
}

/** A REST server whose one worker is a puppet. */
async function start(t: TestContext, { model = ALONE, streaming, requestTimeoutMs = 0, patience }: Options = {}) {
  const { pool, dataPlane, admin, metrics, scheduler } = await startPuppetServer(t, {
    models: [model],
    streaming,
    settings: { infer_timeout: 0 },
  });
  const log = new LogLines();
  const server = await startRestServer({
    modelRoutes: { at: () => [], call: () => assert.fail('no model has routes') },
    dataPlane,
    repository: admin,
    clock: systemClock,
    logger: createLogger({ level: 'INFO', format: 'json', stream: { write: text => log.add(text) } }),
    metrics: metrics.rest,
    serverName: 's',
    maxBodyBytes: 100_000,
    requestTimeoutMs,
    gzipEnabled: false,
    corsSettings: undefined,
    patience,
    host: '127.0.0.1',
    port: 0,
  });
  t.after(async () => {
    server.cut();
    await server.close();
  });
  const port = Number(new URL(server.url).port);
  const waiting = () => [...scheduler.depths()].reduce((sum, depth) => sum + depth.waiting, 0);
  const page = async () => new Exposition(await metrics.registry.metrics());
  return { pool, log, port, server, waiting, page, infer: (value: number) => exchange(port, inferOf(value)) };
}

const bodyOf = (value: number) =>
  JSON.stringify({ inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP64', data: [value] }] });
const inferOf = (value: number) => ({ method: 'POST', path: PATH, body: bodyOf(value) });
const dataOf = (text: string) => JSON.parse(text).outputs[0].data;

function requestText(value: number): string {
  const body = bodyOf(value);
  return `POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

describe('slow clients', () => {
  const patience = { headersMs: 100, sendMs: 200, takeMs: 300, keepAliveMs: 100, checkMs: 20 };

  for (const [about, bytes] of [
    ['that sends nothing', ''],
    ['that sends half a head', `POST ${PATH} HTTP/1.1\r\nhost: a\r\n`],
    ['that sends half a body', `POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{"inputs"`],
    ['that sends one chunk', `POST ${PATH} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{"\r\n`],
  ]) {
    it(`lose their connection: one ${about}`, async t => {
      const { port } = await start(t, { patience });
      const connection = await RawConnection.open(port);
      connection.send(bytes);
      const answer = await connection.untilClosed();
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
      assert.match(answer, /\{"error":"the request did not arrive in time"\}$/);
    });
  }

  it('lose their connection also when they go on sending, byte by byte', async t => {
    const { port } = await start(t, { patience });
    const connection = await RawConnection.open(port);
    connection.send(`POST ${PATH} HTTP/1.1\r\nhost: a\r\ncontent-length: 50000\r\n\r\n`);
    const drip = setInterval(() => connection.send(' '), 10);
    t.after(() => clearInterval(drip));
    assert.match(await connection.untilClosed(), /^HTTP\/1\.1 408 /);
  });

  it('do not keep others waiting, nor a connection without a question', async t => {
    const { port, pool } = await start(t, { patience });
    pool.onFrame = frame => frame.echo();
    const slow = await Promise.all(Array.from({ length: 50 }, () => RawConnection.open(port)));
    for (const connection of slow) connection.send('GET /v2');
    const quick = await RawConnection.open(port);
    quick.send(requestText(7));
    assert.match(await quick.untilClosed(), /^HTTP\/1\.1 200 OK\r\n.*"data":\[7\.0\]/s);
    for (const connection of slow) assert.match(await connection.untilClosed(), /^HTTP\/1\.1 408 /);
  });

  for (const values of [30_000, 3_000_000]) {
    it(`lose their connection when they do not take an answer of ${values} values`, async t => {
      const { port, pool, page } = await start(t, { patience });
      const data = new Float64Array(values).fill(1 / 3);
      pool.onFrame = frame => frame.succeed([{ name: 'y', datatype: 'FP64', shape: [values], data }]);
      const slow = await RawConnection.open(port);
      slow.socket.pause();
      // So many that they do not fit into what the system keeps for a connection.
      for (let i = 0; i < 30; i++) slow.send(requestText(7));
      await until(() => pool.frames.length > 0);
      const inProgress = async () => (await page()).value('rest_server_requests_in_progress', { method: 'POST' });
      while ((await inProgress()) !== 0) await nextTurn();
    });
  }

  it('may wait for their answer as long as it takes', async t => {
    const { infer, pool } = await start(t, { patience: { ...patience, sendMs: 40, headersMs: 40, takeMs: 60 } });
    const answer = infer(5);
    await until(() => pool.frames.length === 1);
    setTimeout(() => pool.frames[0].echo(), 120);
    assert.deepEqual(dataOf((await answer).text), [5]);
  });
});

describe('clients that leave', () => {
  it('leave with all their requests, those behind the one that is being answered as well', async t => {
    const { port, pool, waiting, page } = await start(t);
    const connection = await RawConnection.open(port);
    for (let i = 0; i < 30; i++) connection.send(requestText(i));
    await until(() => waiting() + pool.frames.length === 30);
    connection.destroy();
    await until(() => waiting() === 0);
    for (const frame of pool.frames) frame.echo();
    const inProgress = async () => (await page()).value('rest_server_requests_in_progress', { method: 'POST' });
    while ((await inProgress()) !== 0) await nextTurn();
  });

  it('take their request out of the queue', async t => {
    const { port, pool, waiting, infer, page } = await start(t);
    const first = infer(1);
    await until(() => pool.frames.length === 1);
    const leaves = await RawConnection.open(port);
    leaves.send(requestText(2));
    await until(() => waiting() === 1);
    const stays = infer(3);
    await until(() => waiting() === 2);
    leaves.destroy();
    await until(() => waiting() === 1);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.deepEqual([dataOf((await first).text), dataOf((await stays).text)], [[1], [3]]);
    assert.equal(pool.frames.length, 2);
    const metrics = await page();
    assert.equal(metrics.value('rest_server_requests_total', { status_code: '499' }), 1);
    assert.equal(metrics.value('rest_server_requests_total', { status_code: '200' }), 2);
    assert.deepEqual(
      metrics.all('rest_server_requests_in_progress').map(({ value }) => value),
      [0],
    );
  });

  it('disturb nobody who shares their batch', async t => {
    const { port, pool, waiting, infer } = await start(t, { model: { name: 'm', max_batch_size: 8 } });
    const first = infer(0);
    await until(() => pool.frames.length === 1);
    const leaves = await RawConnection.open(port);
    leaves.send(requestText(1));
    await until(() => waiting() === 1);
    const stays = [2, 3].map(infer);
    await until(() => waiting() === 3);
    pool.frames[0].echo();
    await until(() => pool.frames.length === 2);
    assert.equal(pool.frames[1].rows, 3);
    leaves.destroy();
    await leaves.untilClosed();
    pool.frames[1].echo();
    const answers = await Promise.all([first, ...stays]);
    assert.deepEqual(
      answers.map(({ text }) => dataOf(text)),
      [[0], [2], [3]],
    );
  });

  it('may leave while their body arrives, plain or compressed, and are counted', async t => {
    const { port, page } = await start(t);
    const compressed = gzipSync(bodyOf(1));
    for (const [encoding, part] of [
      ['identity', Buffer.from('{"inputs"')],
      ['gzip', compressed.subarray(0, 20)],
      ['gzip', Buffer.from('no gzip at all')],
    ] as const) {
      const connection = await RawConnection.open(port);
      const head = `POST ${PATH} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-encoding: ${encoding}\r\n`;
      connection.send(`${head}content-length: 1000\r\n\r\n`);
      await connection.until(/100 Continue/);
      connection.send(part);
      connection.destroy();
    }
    const counted = async () =>
      (await page()).all('rest_server_requests_total').reduce((sum, { value }) => sum + value, 0);
    while ((await counted()) < 3) await nextTurn();
    assert.deepEqual(
      (await page()).all('rest_server_requests_in_progress').map(({ value }) => value),
      [0],
    );
  });
});

describe('what is no HTTP', () => {
  it('is not answered in the middle of another answer', async t => {
    const { port, pool } = await start(t);
    const values = 1_000_000;
    const data = new Float64Array(values).fill(1 / 3);
    pool.onFrame = frame => frame.succeed([{ name: 'y', datatype: 'FP64', shape: [values], data }]);
    const connection = await RawConnection.open(port);
    connection.send(requestText(7));
    await connection.until(/0\.3333/);
    connection.send('GARBAGE\r\n\r\n');
    assert.doesNotMatch(await connection.untilClosed(), /HTTP\/1\.1 400/);
  });

  it('is answered after another answer', async t => {
    const { port, pool } = await start(t);
    pool.onFrame = frame => frame.echo();
    const connection = await RawConnection.open(port);
    connection.send(requestText(7));
    await connection.until(/"data":\[7\.0\]\}\]\}/);
    connection.send('GARBAGE\r\n\r\n');
    assert.match(await connection.untilClosed(), /HTTP\/1\.1 400 Bad Request/);
  });
});

describe('refusals and failures', () => {
  it('tell when to come back when the queue is full', async t => {
    const { pool, infer, waiting } = await start(t, { model: { ...ALONE, max_queue_size: 2 } });
    const answers = [infer(0)];
    await until(() => pool.frames.length === 1);
    answers.push(infer(1), infer(2));
    await until(() => waiting() === 2);
    const { status, headers, text } = await infer(3);
    assert.deepEqual([status, headers['retry-after']], [429, '1']);
    assert.match(JSON.parse(text).error, /^model 'm': 2 requests are waiting already \(max_queue_size 2\)$/);
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.deepEqual(
      (await Promise.all(answers)).map(({ text }) => dataOf(text)),
      [[0], [1], [2]],
    );
  });

  it('come after request_timeout, waiting or running', async t => {
    const { infer } = await start(t, { requestTimeoutMs: 50 });
    for (const { status, text } of await Promise.all([infer(0), infer(1)])) {
      assert.deepEqual([status, JSON.parse(text).error], [504, 'the request was not answered within its time']);
    }
  });

  it('show a client what a model says, and the log what nobody foresaw', async t => {
    const { infer, pool, log } = await start(t);
    pool.onFrame = frame => frame.fail('this model wants more');
    assert.deepEqual([(await infer(1)).status, (await infer(1)).text], [400, '{"error":"this model wants more"}']);
    pool.onFrame = frame =>
      frame.answer({
        ok: false,
        error: { code: 'INTERNAL', message: 'Internal server error', detail: 'TypeError: secret path' },
        inferenceMs: 1,
      });
    const { status, text } = await infer(1);
    assert.deepEqual([status, text], [500, '{"error":"Internal server error"}']);
    assert.match((await log.find(/Internal server error/)).message, /^POST \/v2\/models\/m\/infer: /);
    assert.match(JSON.stringify(log.all), /secret path/);
  });

  it('end a stream that has begun, and are in the log under the path that was asked', async t => {
    const { port, pool, log } = await start(t, { streaming: ['m'] });
    pool.onStream = async function* (_worker, { inputs }) {
      yield { ok: true, outputs: inputs, inferenceMs: 0 };
      yield { ok: false, error: { code: 'INTERNAL', message: 'late', detail: 'Error: late' }, inferenceMs: 0 };
      return undefined;
    };
    const { status, text } = await exchange(port, { ...inferOf(1), path: `${PATH}_stream` });
    assert.equal(status, 200);
    assert.match(text, /data: \{"error":"late"\}\n\n$/);
    assert.equal((await log.find(/late/)).message, 'POST /v2/models/m/infer_stream: late');
  });
});

describe('a REST server that closes', () => {
  it('answers who waits, then lets nobody in', async t => {
    const { infer, pool, server, waiting } = await start(t);
    const answers = [infer(0), infer(1)];
    await until(() => pool.frames.length === 1 && waiting() === 1);
    const closed = server.close();
    pool.onFrame = frame => frame.echo();
    pool.frames[0].echo();
    assert.deepEqual(
      (await Promise.all(answers)).map(({ text }) => dataOf(text)),
      [[0], [1]],
    );
    await closed;
    await assert.rejects(infer(2), { code: 'ECONNREFUSED' });
  });

  it('closes at once when nobody is there', async t => {
    const { server } = await start(t);
    await server.close();
  });

  it('breaks connections when it is told to', async t => {
    const { infer, pool, server } = await start(t);
    const answer = infer(0);
    await until(() => pool.frames.length === 1);
    const closed = server.close();
    server.cut();
    await assert.rejects(answer, /socket hang up|ECONNRESET/);
    await closed;
  });
});
