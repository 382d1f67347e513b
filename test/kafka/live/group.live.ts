import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Broker, freePorts, NO_BROKER } from '../broker.js';
import { KafkaClient } from '../client.js';
import { numbered, PARTITIONS, startServer, tally } from './setup.js';

const CHUNK = 200;
/** From one chunk to the next: no more than a server with transactions can keep up with. */
const PACE_MS = 100;
/** What may be under way in a server: see the limits of a bridge. */
const UNDER_WAY = 1024;

describe('Kafka, with a real broker', { skip: NO_BROKER }, () => {
  it('loses nothing when a second server joins the group under load and the first one stops', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const first = await startServer(t, broker);
    const count = 6_000;
    let stopped: Promise<number | null> | undefined;
    for (let from = 0; from < count; from += CHUNK) {
      await client.produce(
        'in',
        Array.from({ length: CHUNK }, (_, i) => numbered(from + i)),
      );
      if (from === count / 3) await startServer(t, broker);
      if (from === (2 * count) / 3) stopped = first.stop();
    }
    assert.equal(await stopped, 0);
    const received = await client.read('out', all => tally(all).distinct === count);
    const { duplicates, disorder } = tally(received);
    t.diagnostic(`${duplicates} answered again`);
    assert.equal(disorder, 0);
  });

  it('answers once with transactions while servers join and leave, and keeps its session', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const settings = { kafka_exactly_once: true };
    const first = await startServer(t, broker, settings);
    let sent = 0;
    let over = false;
    const load = async () => {
      for (; !over; sent += CHUNK) {
        const from = sent;
        await client.produce(
          'in',
          Array.from({ length: CHUNK }, (_, i) => numbered(from + i)),
        );
        await delay(PACE_MS);
      }
    };
    const sending = load();
    await client.read('out', all => all.length > 0);
    const before = first.logLines;
    for (let round = 0; round < 2; round++) {
      const other = await startServer(t, broker, settings);
      await other.logged(({ message }) => /^Reading /.test(message) || undefined);
      const from = sent;
      await client.read('out', all => all.some(({ key }) => Number(key) > from));
      assert.equal(await other.stop(), 0);
    }
    over = true;
    await sending;
    assert.equal(await client.count('in'), sent);
    const received = await client.read('out', all => tally(all).distinct === sent);
    assert.deepEqual(tally(received), { distinct: sent, duplicates: 0, disorder: 0 });
    const troubles = first.logLines.slice(before.length).filter(({ message }) => /Trying again/.test(message));
    assert.deepEqual(troubles, []);
  });

  it('does not go back behind what others have committed while it hung', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(1, 'in', 'out', 'dead');
    const send = async (from: number, to: number) => {
      for (let at = from; at < to; at += CHUNK) {
        const chunk = Array.from({ length: Math.min(CHUNK, to - at) }, (_, i) => ({
          ...numbered(at + i),
          partition: 0,
        }));
        await client.produce('in', chunk);
      }
    };
    const answered = (count: number) => client.read('out', all => tally(all).distinct === count);
    const first = await startServer(t, broker);
    await send(0, 100);
    await answered(100);
    first.freeze();
    // The group misses the first one after a while.
    const second = await startServer(t, broker);
    const count = 10_000;
    await send(100, count);
    await answered(count);
    assert.equal(await second.stop(), 0);
    first.thaw();
    await send(count, count + 1);
    await answered(count + 1);
    assert.equal(await first.stop(), 0);
    assert.equal(await client.committed('modelyard', 'in'), count + 1);
    const again = (await client.count('out')) - count - 1;
    t.diagnostic(`${again} answered again`);
    assert.ok(again <= UNDER_WAY);
  });

  it('shares with others at once, however much it has to do', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(2, 'in', 'out', 'dead');
    const count = 200;
    const slow = (i: number) => ({ ...numbered(i), partition: i % 2, headers: { 'mlserver-model': 'slow' } });
    await client.produce(
      'in',
      Array.from({ length: count }, (_, i) => slow(i)),
    );
    const settings = { max_queue_size: 4 };
    await startServer(t, broker, settings);
    await client.read('out', all => all.length > 0);
    const second = await startServer(t, broker, settings);
    await second.logged(line => /^Reading 1 partitions/.test(line.message) || undefined);
    const before = await client.count('out');
    t.diagnostic(`${before} of ${count} answered when the second one joined`);
    assert.ok(before < count / 2);
    // Without transactions what was written and not yet committed as its partition moved is answered again.
    const { duplicates, disorder } = tally(await client.read('out', all => tally(all).distinct === count));
    t.diagnostic(`${duplicates} answered again`);
    assert.equal(disorder, 0);
  });

  it('sets aside what cannot be served, with the reason, and goes on', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(1, 'in', 'out', 'dead');
    await startServer(t, broker);
    const good = { ...numbered(0), partition: 0 };
    const model = { 'mlserver-model': 'mushroom-xgboost' };
    const poison = JSON.stringify({ inputs: [{ name: 'x', shape: [1], datatype: 'FP32', data: [13] }] });
    const bad = [
      { key: 'no JSON', headers: model, value: '{', status: '422' },
      { key: 'not UTF-8', headers: model, value: Buffer.of(0xff, 0xfe), status: '422' },
      { key: 'empty', headers: model, value: '', status: '422' },
      { key: 'tombstone', headers: model, value: null, status: '422' },
      { key: 'a list', headers: model, value: '[]', status: '422' },
      { key: 'no model', headers: {}, value: good.value, status: '422' },
      { key: 'unknown model', headers: { 'mlserver-model': 'nope' }, value: good.value, status: '404' },
      { key: 'unknown version', headers: { ...model, 'mlserver-version': '9' }, value: good.value, status: '404' },
      { key: 'wrong shape', headers: model, value: good.value.replace('[1,126]', '[1,125]'), status: '400' },
      { key: 'poison', headers: { 'mlserver-model': 'poison' }, value: poison, status: '503' },
    ];
    await client.produce('in', [...bad.map(({ status: _, ...message }) => message), { ...good, key: 'good' }]);
    const [answer] = await client.read('out', all => all.length === 1);
    assert.equal(answer.key, 'good');
    const dead = await client.read('dead', all => all.length === bad.length);
    assert.deepEqual(
      dead.map(({ key, headers }) => [key, headers['modelyard-status']]),
      bad.map(({ key, status }) => [key, status]),
    );
    for (const { headers } of dead) assert.ok(headers['modelyard-error'].length > 10, headers['modelyard-error']);
  });

  it('serves REST without a broker, and reads messages as soon as there is one', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    await client.produce('in', [numbered(1)]);
    await broker.kill();
    const server = await startServer(t, broker);
    await server.settled('mushroom-xgboost');
    const answered = await server.post('/v2/models/mushroom-xgboost/infer', JSON.parse(numbered(1).value));
    assert.equal(answered.status, 200);
    await broker.restart();
    const [answer] = await client.read('out', all => all.length === 1);
    assert.equal(answer.key, '1');
  });

  it('stops at once without a broker', async t => {
    const server = await startServer(t, { address: `127.0.0.1:${await freePorts()}` });
    assert.equal(await server.stop(), 0);
  });
});
