import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { exampleModels, TestServer } from '../../support/server.js';
import { Broker, freePorts, NO_BROKER } from '../broker.js';
import { KafkaClient } from '../client.js';
import { numbered, PARTITIONS, startServer, tally } from './setup.js';

const LOOK_MS = 100;
const MODEL = 'mushroom-xgboost';

const some = (count: number, from = 0) => Array.from({ length: count }, (_, i) => numbered(from + i));

async function seen(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(LOOK_MS);
}

/** A server in this process, whose metrics can be read. */
const openServer = (t: TestContext, address: string, settings: object = {}) =>
  TestServer.start(t, {
    files: exampleModels({ [MODEL]: {} }),
    settings: {
      kafka_enabled: true,
      kafka_servers: address,
      kafka_topic_input: 'in',
      kafka_topic_output: 'out',
      kafka_topic_dead_letter: 'dead',
      ...settings,
    },
  });

async function metric(server: TestServer, name: string): Promise<number> {
  const { text } = await server.metrics();
  return Number(new RegExp(`^modelyard_kafka_${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('Kafka, with a real broker', { skip: NO_BROKER }, () => {
  it('tells by log, metric and readiness that the broker is away, at the start and later, and serves REST', async t => {
    const port = await freePorts();
    const server = await openServer(t, `127.0.0.1:${port}`, { kafka_required: true });
    const status = async () => (await server.get('/v2/health/ready')).status;
    const away = async () => {
      assert.equal(await metric(server, 'connected'), 0);
      assert.equal((await server.get('/v2/health/live')).status, 200);
      assert.equal((await server.infer(MODEL, numbered(1).value)).status, 200);
    };
    await server.logged(/^Kafka at .*Trying again until it works/);
    assert.notEqual(await status(), 200);
    await away();

    const broker = await Broker.start(t, { port });
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    await server.logged(/^Connected with Kafka at /);
    await seen(async () => (await status()) === 200);
    assert.equal(await metric(server, 'connected'), 1);

    await broker.kill();
    await seen(async () => (await status()) !== 200);
    await away();
    await broker.restart();
    await client.produce('in', some(10));
    await client.read('out', all => tally(all).distinct === 10);
    await seen(async () => (await status()) === 200);
    assert.ok((await metric(server, 'failures_total')) >= 2);
  });

  it('goes on by itself each time the broker has crashed, soon after it is back', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    await startServer(t, broker);
    const [each, half] = [1_000, 500];
    let sent = 0;
    for (const awayMs of [5_000, 5_000, 60_000]) {
      await client.produce('in', some(half, sent));
      await broker.kill();
      await delay(awayMs);
      await broker.restart();
      const back = performance.now();
      await client.produce('in', some(each - half, sent + half));
      sent += each;
      await seen(async () => (await client.committed('modelyard', 'in')) === sent);
      t.diagnostic(
        `${awayMs / 1000} s away: ${((performance.now() - back) / 1000).toFixed(1)} s until all is answered`,
      );
    }
    const { distinct, duplicates, disorder } = tally(await client.read('out', all => tally(all).distinct === sent));
    assert.deepEqual([distinct, disorder], [sent, 0]);
    t.diagnostic(`${duplicates} answered again`);
  });

  it('answers and commits what is under way when it is told to stop, and the next server goes on from there', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const count = 20_000;
    for (let from = 0; from < count; from += 1_000) await client.produce('in', some(1_000, from));
    const first = await startServer(t, broker);
    await seen(async () => (await client.count('out')) > 0);
    const told = performance.now();
    assert.equal(await first.stop(), 0);
    t.diagnostic(`stopped within ${((performance.now() - told) / 1000).toFixed(1)} s`);
    const answered = await client.count('out');
    assert.ok(answered < count, 'there is something left');
    assert.equal(await client.committed('modelyard', 'in'), answered);
    await startServer(t, broker);
    const received = await client.read('out', all => tally(all).distinct === count);
    assert.deepEqual(tally(received), { distinct: count, duplicates: 0, disorder: 0 });
  });

  it('takes a burst in at its own pace', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const server = await startServer(t, broker);
    // The first one gives the heap the size that it has under load.
    const [warm, burst] = [20_000, 20_000];
    const answered = async (count: number) => seen(async () => (await client.count('out')) === count);
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at += 1_000) await client.produce('in', some(1_000, at));
    };
    await send(0, warm);
    await answered(warm);
    const before = server.memory();
    await send(warm, warm + burst);
    await answered(warm + burst);
    const after = server.memory();
    if (before === undefined || after === undefined) return t.skip('this system does not tell what memory is used');
    const growthMB = (after.peak - before.now) / 2 ** 20;
    t.diagnostic(`${growthMB.toFixed(0)} MB more for ${burst} messages`);
    assert.ok(growthMB < 50);
  });

  it('commits nothing until the topic of the answers is there', async t => {
    const broker = await Broker.start(t, { set: () => ['auto.create.topics.enable=false'] });
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'dead');
    await client.produce('in', some(10));
    const server = await openServer(t, broker.address);
    await server.logged(/^Kafka at .*Trying again until it works/);
    await seen(async () => (await metric(server, 'failures_total')) >= 2);
    assert.equal(await client.committed('modelyard', 'in'), 0);
    await client.createTopics(PARTITIONS, 'out');
    const received = await client.read('out', all => tally(all).distinct === 10);
    assert.equal(tally(received).disorder, 0);
    await seen(async () => (await client.committed('modelyard', 'in')) === 10);
  });

  it('sets an answer aside that is too large for its topic', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'dead');
    await client.createTopic('out', PARTITIONS, { 'max.message.bytes': '2000' });
    await openServer(t, broker.address);
    const large = { ...numbered(1), headers: { ...numbered(1).headers, 'x-large': 'x'.repeat(2_000) } };
    await client.produce('in', [numbered(0), large, numbered(2)]);
    const [dead] = await client.read('dead', all => all.length === 1);
    assert.deepEqual([dead.key, dead.headers['modelyard-status']], ['1', '413']);
    // Those that travelled with it may have been written twice.
    const received = await client.read('out', all => tally(all).distinct === 2);
    assert.deepEqual([...new Set(received.map(({ key }) => key))].toSorted(), ['0', '2']);
    await seen(async () => (await client.committed('modelyard', 'in')) === 3);
  });

  it('writes again what a broker that hung did not acknowledge', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const server = await openServer(t, broker.address);
    await client.produce('in', some(10));
    await seen(async () => (await client.committed('modelyard', 'in')) === 10);
    const sending = client.produce('in', some(10, 10));
    broker.freeze();
    // The log may tell of a first session that found no topics yet, so it does not say when this one has ended.
    await seen(async () => (await metric(server, 'connected')) === 0);
    broker.thaw();
    await sending;
    const received = await client.read('out', all => tally(all).distinct === 20);
    assert.equal(tally(received).disorder, 0);
    await seen(async () => (await client.committed('modelyard', 'in')) >= 20);
  });
});
