import kafkajs, { type KafkaConfig, type Message, type Producer } from 'kafkajs';
import type { Lifetime } from '../support/lifetime.js';

export interface Received {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** Null for a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

let readers = 0;

/** Somebody else who uses the broker. */
export class KafkaClient {
  private readonly kafka: InstanceType<typeof kafkajs.Kafka>;
  private producer: Producer | undefined;

  constructor(
    private readonly t: Lifetime,
    address: string,
    config: Partial<KafkaConfig> = {},
  ) {
    const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 100 };
    this.kafka = new kafkajs.Kafka({ brokers: [address], logLevel: kafkajs.logLevel.NOTHING, retry, ...config });
  }

  async createTopics(partitions: number, ...topics: string[]): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(topic => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
    });
    await admin.disconnect();
  }

  /** Settles when the broker has them. Messages go to the partitions that they name. */
  async produce(topic: string, messages: Message[]): Promise<void> {
    if (this.producer === undefined) {
      const producer = this.kafka.producer({
        createPartitioner:
          () =>
          ({ message }) =>
            message.partition ?? 0,
      });
      this.t.after(() => producer.disconnect());
      await producer.connect();
      this.producer = producer;
    }
    await this.producer.send({ topic, messages });
  }

  /** Reads a topic from its beginning, what transactions have committed, until `enough` of all that was read. */
  async read(topic: string, enough: (received: readonly Received[]) => boolean): Promise<Received[]> {
    const consumer = this.kafka.consumer({ groupId: `reader-${process.pid}-${++readers}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const received: Received[] = [];
    try {
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          // Of most of them it recovers by itself.
          if (!payload.restart) reject(payload.error);
        });
        const eachBatch = async ({ batch }: { batch: { partition: number; messages: kafkajs.KafkaMessage[] } }) => {
          for (const { offset, key, value, headers = {} } of batch.messages) {
            const texts = Object.entries(headers).map(([name, text]) => [name, String(text)] as const);
            received.push({
              partition: batch.partition,
              offset: Number(offset),
              key: key === null ? null : key.toString(),
              value,
              headers: Object.fromEntries(texts),
            });
          }
          if (enough(received)) resolve();
        };
        consumer.run({ autoCommit: false, eachBatch }).catch(reject);
      });
    } finally {
      await consumer.disconnect();
    }
    return received;
  }

  /** How many records of a topic its partitions give out in all. */
  async count(topic: string): Promise<number> {
    const admin = this.kafka.admin();
    await admin.connect();
    const partitions = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  }

  /** What a group has committed, over all partitions. */
  async committed(groupId: string, topic: string): Promise<number> {
    const admin = this.kafka.admin();
    await admin.connect();
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
    await admin.disconnect();
    return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }
}
