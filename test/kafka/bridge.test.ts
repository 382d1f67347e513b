import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Registry } from 'prom-client';
import { systemClock } from '../../src/core/clock.js';
import { ServerError } from '../../src/core/errors.js';
import type { Tracing } from '../../src/core/tracing.js';
import { CloudEventHeaders } from '../../src/dataplane/cloud-events.js';
import { KafkaBridge } from '../../src/kafka/bridge.js';
import { type InputMessage, RecordsTooLarge } from '../../src/kafka/driver.js';
import { KafkaMetrics } from '../../src/metrics/kafka-metrics.js';
import { readMessageBody, writeMessageBody } from '../../src/rest/message-body.js';
import { type PuppetServer, startPuppetServer } from '../support/puppet-server.js';
import { silentLogger } from '../support/silent-logger.js';
import { until } from '../support/until.js';
import { PuppetDriver } from './puppet-driver.js';

interface Setup extends PuppetServer {
  readonly driver: PuppetDriver;
  readonly bridge: KafkaBridge;
  readonly kafka: KafkaMetrics;
  /** As the metrics count them. */
  deadLetters(): number;
}

interface SetupOptions {
  readonly exactlyOnce?: boolean;
  readonly required?: boolean;
  readonly deadLetterTopic?: string | null;
  readonly items?: number;
  readonly trouble?: Error;
  readonly tracing?: Tracing;
}

async function start(t: TestContext, options: SetupOptions = {}): Promise<Setup> {
  const { exactlyOnce = false, required = false, deadLetterTopic = 'dead', items = 100, trouble, tracing } = options;
  const server = await startPuppetServer(t, { models: [{ name: 'm', max_batch_size: 1 }] });
  const driver = new PuppetDriver();
  driver.trouble = trouble;
  const refused: number[] = [];
  const kafka = new KafkaMetrics(new Registry());
  const count = kafka.deadLetter.bind(kafka);
  kafka.deadLetter = status => {
    refused.push(status);
    count(status);
  };
  const bridge = new KafkaBridge({
    dataPlane: server.dataPlane,
    clock: systemClock,
    logger: silentLogger,
    metrics: kafka,
    tracing,
    driver,
    brokers: 'somewhere:9092',
    stallMs: 60_000,
    required,
    inputTopic: 'in',
    exactlyOnce,
    limits: { items, bytes: 1_000_000 },
    read: { readBody: readMessageBody, maxBodyBytes: 1000 },
    answer: { topic: 'out', deadLetterTopic, cloudEvents: new CloudEventHeaders('test'), writeBody: writeMessageBody },
  });
  t.after(() => {
    bridge.cut();
    return bridge.close();
  });
  return { ...server, driver, bridge, kafka, deadLetters: () => refused.length };
}

const body = (value: number) =>
  JSON.stringify({ inputs: [{ name: 'x', shape: [1], datatype: 'FP64', data: [value] }] });

function message(value: number, more: Partial<InputMessage> = {}): Partial<InputMessage> {
  return {
    key: Buffer.from(`k${value}`),
    value: Buffer.from(body(value)),
    headers: { 'mlserver-model': Buffer.from('m') },
    ...more,
  };
}

async function connected({ driver }: Setup) {
  await until(() => driver.sessions.length > 0);
  return driver.sessions.at(-1)!;
}

describe('the Kafka bridge', () => {
  it('answers in the order of the messages, whatever the order of their answers', async t => {
    const setup = await start(t);
    const { pool } = setup;
    const session = await connected(setup);
    pool.onFrame = () => {};
    await session.send(0, 5, [message(1), message(2, { headers: { 'mlserver-model': Buffer.from('nobody') } })]);
    await until(() => pool.frames.length === 1);
    // The second has failed long before the first is answered.
    await until(() => setup.kafka.inFlight.value === 2);
    assert.deepEqual(session.written, []);
    pool.frames[0].echo();
    await until(() => session.positions.get(0) === 7);
    assert.deepEqual(
      session.written.map(({ topic, key }) => [topic, String(key)]),
      [
        ['out', 'k1'],
        ['dead', 'k2'],
      ],
    );
  });

  it('commits only what the brokers have acknowledged', async t => {
    const setup = await start(t);
    setup.pool.onFrame = frame => frame.echo();
    const session = await connected(setup);
    let acknowledge = () => {};
    session.onProduce = () =>
      new Promise(resolve => {
        acknowledge = resolve;
      });
    await session.send(1, 0, [message(1)]);
    await until(() => setup.pool.frames.length === 1);
    await new Promise(setImmediate);
    assert.equal(session.positions.size, 0);
    acknowledge();
    await until(() => session.positions.get(1) === 1);
  });

  it('answers a message once that comes again while it is under way', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    await session.send(0, 0, [message(1)]);
    session.listener.assigned([0]);
    await session.send(0, 0, [message(1), message(2)]);
    await until(() => setup.pool.frames.length === 1);
    setup.pool.onFrame = frame => frame.echo();
    setup.pool.frames[0].echo();
    await until(() => session.positions.get(0) === 2);
    assert.deepEqual(
      session.written.map(({ key }) => String(key)),
      ['k1', 'k2'],
    );
  });

  it('answers a message once that a member of a moved group reads again, though it was committed meanwhile', async t => {
    for (const exactlyOnce of [false, true]) {
      const setup = await start(t, { exactlyOnce });
      setup.pool.onFrame = frame => frame.echo();
      const session = await connected(setup);
      await session.send(0, 5, [message(1), message(2)]);
      await until(() => session.positions.get(0) === 7);
      session.listener.assigned([0]);
      await session.send(0, 5, [message(1), message(2), message(3)]);
      await until(() => session.positions.get(0) === 8);
      assert.deepEqual(
        session.written.map(({ key }) => String(key)),
        ['k1', 'k2', 'k3'],
      );
    }
  });

  it('does not answer for partitions that others have got', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    await session.send(0, 0, [message(1)]);
    await session.send(1, 0, [message(2)]);
    await until(() => setup.pool.frames.length === 1);
    session.listener.assigned([1]);
    setup.pool.onFrame = frame => frame.echo();
    setup.pool.frames[0].echo();
    await until(() => session.positions.get(1) === 1);
    assert.deepEqual(
      session.written.map(({ key }) => String(key)),
      ['k2'],
    );
    assert.equal(setup.kafka.inFlight.value, 0);
  });

  it('takes no more than it may have under way and as much again', async t => {
    const setup = await start(t, { items: 2 });
    const session = await connected(setup);
    const taken = session.send(
      0,
      0,
      [1, 2, 3, 4, 5].map(value => message(value)),
    );
    assert.equal(setup.kafka.paused.value, 1);
    assert.equal(setup.kafka.inFlight.value, 2);
    assert.equal(setup.kafka.lag.value, 5);
    setup.pool.onFrame = frame => frame.echo();
    await until(() => setup.pool.frames.length > 0);
    setup.pool.frames[0].echo();
    await taken;
    await until(() => session.positions.get(0) === 5);
    assert.equal(setup.kafka.paused.value, 0);
    assert.equal(setup.kafka.lag.value, 0);
  });

  it('finds the message that workers die of, and serves its companions', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    setup.pool.onFrame = frame => {
      const [value] = frame.request.inputs[0].data as Float64Array;
      // Rejected as by a worker that died.
      if (value === 13) frame.reject(new ServerError('UNAVAILABLE', 'the worker stopped'));
      else frame.echo();
    };
    await session.send(0, 0, [message(1), message(13), message(2)]);
    await until(() => session.positions.get(0) === 3);
    assert.deepEqual(
      session.written.map(({ topic, key }) => [topic, String(key)]),
      [
        ['out', 'k1'],
        ['dead', 'k13'],
        ['out', 'k2'],
      ],
    );
    // The second time alone.
    assert.equal(setup.pool.frames.length, 4);
  });

  it('tries once more, alone, what a model has no room for, and then goes on without it', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    setup.pool.onFrame = frame => {
      const [value] = frame.request.inputs[0].data as Float64Array;
      if (value === 13) frame.reject(new ServerError('RESOURCE_EXHAUSTED', 'too much at a time'));
      else frame.echo();
    };
    await session.send(0, 0, [message(1), message(13), message(2)]);
    await until(() => session.positions.get(0) === 3);
    assert.deepEqual(
      session.written.map(({ headers }) => headers['modelyard-status']),
      [undefined, '429', undefined],
    );
    assert.equal(setup.pool.frames.length, 4);
  });

  it('traces each attempt until its answer is acknowledged, and sends the trace along', async t => {
    const ended: string[] = [];
    const tracing: Tracing = {
      begin: ({ headers }, name, { 'messaging.kafka.offset': offset }) => ({
        model: undefined,
        headers: ['traceparent', `ours-${headers.traceparent}`],
        end: (failed, { 'error.type': type }) => ended.push(`${name}@${offset} ${failed ? type : 'ok'}`),
      }),
      close: async () => {},
    };
    const setup = await start(t, { tracing, deadLetterTopic: null });
    const session = await connected(setup);
    let acknowledge = () => {};
    session.onProduce = () => new Promise(resolve => (acknowledge = resolve));
    setup.pool.onFrame = frame => {
      const [value] = frame.request.inputs[0].data as Float64Array;
      if (value === 13) frame.reject(new ServerError('UNAVAILABLE', 'the worker stopped'));
      else frame.echo();
    };
    const headers = { 'mlserver-model': Buffer.from('m'), traceparent: Buffer.from('theirs') };
    await session.send(0, 0, [message(1, { headers }), message(13, { headers }), message(2, { value: null })]);
    await until(() => ended.length > 0);
    assert.deepEqual(ended, ['process in@1 UNAVAILABLE']);
    await until(() => {
      acknowledge();
      return session.positions.get(0) === 3;
    });
    assert.deepEqual(ended.toSorted(), [
      'process in@0 ok',
      'process in@1 UNAVAILABLE',
      'process in@1 UNAVAILABLE',
      'process in@2 UNPROCESSABLE',
    ]);
    assert.deepEqual(
      session.written.map(record => record.headers.traceparent),
      ['ours-theirs', 'ours-theirs', 'ours-undefined'],
    );
  });

  it('ends the trace of what it leaves to others', async t => {
    const ended: string[] = [];
    const tracing: Tracing = {
      begin: () => ({ model: undefined, headers: [], end: (_, { 'error.type': type }) => ended.push(String(type)) }),
      close: async () => {},
    };
    const setup = await start(t, { tracing });
    const session = await connected(setup);
    await session.send(0, 0, [message(1)]);
    await until(() => setup.pool.frames.length === 1);
    session.listener.assigned([1]);
    assert.deepEqual(ended, ['CANCELLED']);
  });

  it('gives a reason in place of an answer that is too large', async t => {
    const setup = await start(t);
    setup.pool.onFrame = frame => frame.echo();
    const session = await connected(setup);
    session.onProduce = async records => {
      if (records.length > 1 || (records[0].topic === 'out' && String(records[0].key) === 'k2')) {
        throw new RecordsTooLarge('too large');
      }
    };
    await session.send(0, 0, [message(1), message(2), message(3)]);
    await until(() => session.positions.get(0) === 3);
    assert.deepEqual(
      session.written.map(({ topic, key, headers }) => [topic, String(key), headers['modelyard-status']]),
      [
        ['out', 'k1', undefined],
        ['dead', 'k2', '413'],
        ['out', 'k3', undefined],
      ],
    );
  });

  it('gives the reason alone for a message whose key and headers leave no room for it, and counts it once', async t => {
    for (const deadLetterTopic of ['dead', null]) {
      const setup = await start(t, { deadLetterTopic });
      const session = await connected(setup);
      session.onProduce = async records => {
        const large = records.some(({ key, headers }) => String(key) === 'k1' || 'x-large' in headers);
        if (large) throw new RecordsTooLarge('too large');
      };
      const headers = { 'mlserver-model': Buffer.from('nobody'), 'x-large': Buffer.from('x') };
      await session.send(0, 7, [message(1, { headers })]);
      await until(() => session.positions.get(0) === 8);
      const [{ topic, key, headers: written }] = session.written;
      assert.deepEqual([topic, key, written['modelyard-status']], [deadLetterTopic ?? 'out', null, '413']);
      assert.equal(setup.driver.sessions.length, 1);
      assert.equal(setup.deadLetters(), 1);
    }
  });

  it('forgets what it has of a topic that was made anew', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    await session.send(0, 5, [message(1)]);
    await until(() => setup.pool.frames.length === 1);
    await session.send(0, 0, [message(2)]);
    setup.pool.onFrame = frame => frame.echo();
    setup.pool.frames[0].echo();
    await until(() => session.positions.get(0) === 1);
    assert.deepEqual(
      session.written.map(({ key }) => String(key)),
      ['k2'],
    );
    assert.equal(setup.kafka.inFlight.value, 0);
  });

  it('begins anew when a session fails, and when there is none', async t => {
    const setup = await start(t, { required: true, trouble: new Error('nobody there') });
    const { driver, dataPlane, kafka } = setup;
    setup.pool.onFrame = frame => frame.echo();
    await until(() => driver.attempts === 1);
    assert.equal(dataPlane.ready(), false);
    driver.trouble = undefined;
    const first = await connected(setup);
    await until(() => dataPlane.ready());
    assert.equal(kafka.connected.value, 1);
    first.onProduce = async () => {
      throw new Error('no broker');
    };
    await first.send(0, 0, [message(1)]);
    await until(() => driver.sessions.length === 2);
    assert.ok(first.closed);
    assert.equal(first.positions.size, 0);
    assert.equal(kafka.failures.value, 2);
    await driver.sessions[1].send(0, 0, [message(1)]);
    await until(() => driver.sessions[1].positions.get(0) === 1);
  });

  it('answers what is under way before it leaves', async t => {
    const setup = await start(t);
    const session = await connected(setup);
    await session.send(0, 0, [message(1)]);
    await until(() => setup.pool.frames.length === 1);
    const closed = setup.bridge.close();
    setup.pool.frames[0].echo();
    await closed;
    assert.equal(session.positions.get(0), 1);
    assert.ok(session.closed);
  });

  it('does not wait for brokers when the server stops', async t => {
    const { bridge, driver } = await start(t, { trouble: new Error('nobody there') });
    await until(() => driver.attempts > 0);
    await bridge.close();
  });

  it('writes answers and positions together if that is asked for', async t => {
    const setup = await start(t, { exactlyOnce: true, deadLetterTopic: null });
    setup.pool.onFrame = frame => frame.echo();
    const session = await connected(setup);
    await session.send(0, 3, [message(1), message(2, { value: Buffer.from('[]') })]);
    await until(() => session.positions.get(0) === 5);
    const [answer, failure] = session.written;
    assert.equal(JSON.parse(String(answer.value)).id, 'k1');
    assert.deepEqual([failure.topic, String(failure.key), failure.headers['modelyard-status']], ['out', 'k2', '422']);
    assert.match(JSON.parse(String(failure.value)).error, /expected a JSON object/);
  });
});
