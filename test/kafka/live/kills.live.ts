import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Broker, NO_BROKER } from '../broker.js';
import { KafkaClient } from '../client.js';
import { numbered, PARTITIONS, startServer, tally } from './setup.js';

const MESSAGES = 20_000;
const CHUNK = 250;
/** What may be under way when somebody dies: see the limits of a bridge. */
const UNDER_WAY = 1024;

describe('Kafka, with a real broker', { skip: NO_BROKER }, () => {
  it('answers every message though broker and server are killed, each twice', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    let server = await startServer(t, broker);
    const kills = [
      async () => {
        await server.kill();
        server = await startServer(t, broker);
      },
      async () => {
        await broker.kill();
        await broker.restart();
      },
    ];
    // A kill after each fifth of the messages, with the next ones on their way.
    const upheavals: Promise<void>[] = [];
    for (let from = 0; from < MESSAGES; from += CHUNK) {
      const batch = Array.from({ length: CHUNK }, (_, i) => numbered(from + i));
      await client.produce('in', batch);
      const fifth = (from + CHUNK) / (MESSAGES / 5);
      if (Number.isInteger(fifth) && fifth < 5) {
        await Promise.all(upheavals);
        upheavals.push(kills[fifth % kills.length]());
      }
    }
    await Promise.all(upheavals);
    const received = await client.read('out', all => tally(all).distinct === MESSAGES);
    const { distinct, duplicates, disorder } = tally(received);
    t.diagnostic(
      `${distinct} answered, ${duplicates} of them again, after two kills of the broker and two of the server`,
    );
    assert.equal(disorder, 0, 'answers of a partition stand in the order of their requests');
    assert.ok(duplicates <= 4 * UNDER_WAY, `${duplicates} duplicates`);
    assert.equal(await client.count('dead'), 0);
    for (const { key, headers } of received) assert.equal(headers['x-number'], key);
  });

  it('loses nothing and repeats nothing with transactions, though the server is killed', async t => {
    const broker = await Broker.start(t);
    const client = new KafkaClient(t, broker.address);
    await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
    const settings = { kafka_exactly_once: true };
    const first = await startServer(t, broker, settings);
    const count = 4_000;
    for (let from = 0; from < count; from += CHUNK) {
      await client.produce(
        'in',
        Array.from({ length: CHUNK }, (_, i) => numbered(from + i)),
      );
      if (from === count / 2) await first.kill();
    }
    await startServer(t, broker, settings);
    const received = await client.read('out', all => tally(all).distinct === count);
    assert.deepEqual(tally(received), { distinct: count, duplicates: 0, disorder: 0 });
  });
});
