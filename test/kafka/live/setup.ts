import type { Lifetime } from '../../support/lifetime.js';
import { exampleModels } from '../../support/server.js';
import { ServerProcess } from '../../support/server-process.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import type { Broker } from '../broker.js';
import type { Received } from '../client.js';

export const PARTITIONS = 4;
const COLUMNS = 126;

/** Ends its worker when it is told to. */
const POISON = `exports.Poison = class {
  predict({ inputs: [{ data: [x] }] }) {
    if (x === 13) process.exit(1);
    return { outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [x] }] };
  }
};`;

/** Takes its time. */
const SLOW = `exports.Slow = class {
  async predict() {
    await new Promise(resolve => setTimeout(resolve, 500));
    return { outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [0] }] };
  }
};`;

const FILES = {
  ...exampleModels({ 'mushroom-xgboost': {} }),
  'models/poison/model-settings.json': { name: 'poison', implementation: 'poison.Poison' },
  'models/poison/poison.js': POISON,
  'models/slow/model-settings.json': { name: 'slow', implementation: 'slow.Slow' },
  'models/slow/slow.js': SLOW,
};

/** A server in a process of its own, which takes requests from topic `in`. */
export async function startServer(
  t: Lifetime,
  { address }: Pick<Broker, 'address'>,
  settings: Readonly<Record<string, unknown>> = {},
  program?: readonly string[],
): Promise<ServerProcess> {
  const kafka = {
    parallel_workers: 1,
    kafka_enabled: true,
    kafka_servers: address,
    kafka_topic_input: 'in',
    kafka_topic_output: 'out',
    kafka_topic_dead_letter: 'dead',
  };
  const server = await ServerProcess.start(temporaryFolder(t, FILES), { ...kafka, ...settings }, program);
  t.after(() => (server.running ? server.kill() : undefined));
  return server;
}

/** Message i of partition i modulo PARTITIONS; its key is i. */
export function numbered(i: number) {
  const data = Array.from({ length: COLUMNS }, (_, column) => Number((i >> (column % 16)) & 1));
  return {
    key: String(i),
    partition: i % PARTITIONS,
    headers: { 'mlserver-model': 'mushroom-xgboost', 'x-number': String(i) },
    value: JSON.stringify({ inputs: [{ name: 'predict', shape: [1, COLUMNS], datatype: 'FP32', data }] }),
  };
}

/** Of keys that are numbers: how many there are, what was answered more than once, and whether each partition is in order. */
export function tally(received: readonly Received[]) {
  const seen = new Set<number>();
  const latest = new Map<number, number>();
  let duplicates = 0;
  let disorder = 0;
  for (const { key, partition } of received) {
    const i = Number(key);
    if (seen.has(i)) duplicates++;
    else {
      if (i < (latest.get(partition) ?? -1)) disorder++;
      latest.set(partition, i);
    }
    seen.add(i);
  }
  return { distinct: seen.size, duplicates, disorder };
}
