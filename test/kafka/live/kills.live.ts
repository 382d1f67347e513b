import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Broker, NO_BROKER } from '../broker.js';
import { KafkaClient } from '../client.js';
import { numbered, PARTITIONS, startServer, tally } from './setup.js';

const MESSAGES = 20_000;
const CHUNK = 250;
const KILLS = 5;
/** What may be under way when somebody dies: see the limits of a bridge. */
const UNDER_WAY = 1024;

describe('Kafka, with a real broker', { skip: NO_BROKER }, () => {
  for (const [what, exactlyOnce, mostDuplicates] of [
    ['answers every message', false, KILLS * UNDER_WAY],
    ['answers every message once with transactions', true, 0],
  ] as const) {
    it(`${what}, though the server is killed three times and the broker twice`, async t => {
      const broker = await Broker.start(t);
      const client = new KafkaClient(t, broker.address);
      await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
      const settings = { kafka_exactly_once: exactlyOnce };
      let server = await startServer(t, broker, settings);
      const kills = [
        async () => {
          await server.kill();
          server = await startServer(t, broker, settings);
        },
        async () => {
          await broker.kill();
          await broker.restart();
        },
      ];
      // A kill now and then, with the next messages on their way.
      const upheavals: Promise<void>[] = [];
      for (let from = 0; from < MESSAGES; from += CHUNK) {
        await client.produce(
          'in',
          Array.from({ length: CHUNK }, (_, i) => numbered(from + i)),
        );
        if (from < (upheavals.length + 1) * (MESSAGES / (KILLS + 1)) || upheavals.length === KILLS) continue;
        await Promise.all(upheavals);
        upheavals.push(kills[upheavals.length % kills.length]());
      }
      await Promise.all(upheavals);
      // The client writes a chunk again when a killed broker could not acknowledge it.
      const sent = await client.count('in');
      const received = await client.read('out', all => all.length >= sent && tally(all).distinct === MESSAGES);
      const { distinct, disorder } = tally(received);
      const duplicates = received.length - sent;
      t.diagnostic(`${distinct} answered, ${duplicates} of ${sent} again, after ${upheavals.length} kills`);
      assert.equal(upheavals.length, KILLS);
      assert.equal(disorder, 0, 'answers of a partition stand in the order of their requests');
      assert.ok(duplicates <= mostDuplicates, `${duplicates} duplicates`);
      assert.equal(await client.count('dead'), 0);
      for (const { key, headers } of received) assert.equal(headers['x-number'], key);
    });
  }
});
