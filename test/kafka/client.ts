import kafkajs, { type Admin, type KafkaConfig, type KafkaJSError, type Message, type Producer } from 'kafkajs';
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
    for (const topic of topics) await this.createTopic(topic, partitions);
  }

  /** `config`: settings of the topic. */
  async createTopic(topic: string, partitions: number, config: Readonly<Record<string, string>> = {}): Promise<void> {
    const admin = this.kafka.admin();
    await admin.connect();
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const topics = [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }];
    // The library's own way to wait gives up when the broker is slow.
    await admin.createTopics({ waitForLeaders: false, topics });
    await admin.disconnect();
    await this.count(topic);
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
    const partitions = await this.asked(admin => admin.fetchTopicOffsets(topic));
    return partitions.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  }

  /** What a group has committed, over all partitions. */
  async committed(groupId: string, topic: string): Promise<number> {
    const [{ partitions }] = await this.asked(admin => admin.fetchOffsets({ groupId, topics: [topic] }));
    return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Asks until the broker can tell: a new topic is not known at once, and a group's coordinator may have to read first. */
  private async asked<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      for (;;) {
        try {
          return await ask(admin);
        } catch (error) {
          if (!(error as KafkaJSError).retriable) throw error;
        }
      }
    } finally {
      await admin.disconnect();
    }
  }
}
