/**
 * Messages a second from an input topic through a model to an output topic, with a real broker: `npm run bench:kafka [messages]`. The
 * messages are there before the server is; what counts is from its first answer to its last.
 */

import { Broker, NO_BROKER } from '../test/kafka/broker.js';
import { KafkaClient } from '../test/kafka/client.js';
import { numbered, PARTITIONS, startServer } from '../test/kafka/live/setup.js';
import { during } from '../test/support/lifetime.js';
import { MODELYARD } from './program.js';

const MESSAGES = Number(process.argv[2] ?? 100_000);
const CHUNK = 1_000;
const LOOK_MS = 500;

if (NO_BROKER !== undefined) throw new Error(NO_BROKER);
await during(async t => {
  const broker = await Broker.start(t);
  const client = new KafkaClient(t, broker.address);
  await client.createTopics(PARTITIONS, 'in', 'out', 'dead');
  for (let from = 0; from < MESSAGES; from += CHUNK) {
    await client.produce(
      'in',
      Array.from({ length: CHUNK }, (_, i) => numbered(from + i)),
    );
  }
  await startServer(t, broker, { debug: false }, MODELYARD);
  let [first, answered, begun] = [0, 0, 0];
  while (answered < MESSAGES) {
    await new Promise(resolve => setTimeout(resolve, LOOK_MS));
    answered = await client.count('out');
    if (begun === 0 && answered > 0) [first, begun] = [answered, performance.now()];
  }
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${MESSAGES} messages: ${((MESSAGES - first) / seconds).toFixed(0)} a second`);
});
