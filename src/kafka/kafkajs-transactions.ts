import type { Admin, ICustomPartitioner, Kafka, Producer, TopicMessages } from 'kafkajs';

export interface TransactionsOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly inputTopic: string;
  readonly partitioner: ReturnType<ICustomPartitioner>;
}

/** A partition that is ours alone: nobody else can write answers to it any more. */
interface Claim {
  readonly producer: Producer;
  /** The group's position when it became ours. */
  readonly start: number;
}

/**
 * One transactional producer for each partition of the input, under a name that belongs to the partition. Whoever takes the
 * partition over ends the transactions of those before with that name, and then learns what they had committed: so a member that
 * was only slow, or killed, can neither answer twice nor take answers away.
 */
export class KafkajsTransactions {
  private readonly admin: Admin;
  private readonly claims = new Map<number, Promise<Claim>>();

  constructor(private readonly options: TransactionsOptions) {
    this.admin = options.kafka.admin();
  }

  connect(): Promise<void> {
    return this.admin.connect();
  }

  /** The partitions that are ours from now on; others may be claimed by somebody else. */
  assigned(partitions: readonly number[]): void {
    for (const [partition, claim] of this.claims) {
      if (partitions.includes(partition)) continue;
      this.claims.delete(partition);
      void disconnect(claim);
    }
  }

  /** The position from which the partition's messages are not answered yet. */
  async claim(partition: number): Promise<number> {
    let claim = this.claims.get(partition);
    if (claim === undefined) {
      claim = this.take(partition);
      claim.catch(() => {});
      this.claims.set(partition, claim);
    }
    return (await claim).start;
  }

  /** Rejects with nothing written, unless the outcome is not known. */
  async write(partition: number, position: number, topicMessages: TopicMessages[]): Promise<void> {
    const claim = this.claims.get(partition);
    // It went to another member, which answers.
    if (claim === undefined) return;
    try {
      await this.transact((await claim).producer, partition, position, topicMessages);
    } catch (error) {
      // Unless that has happened just now.
      if (this.claims.get(partition) === claim) throw error;
    }
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.admin.disconnect(), ...Array.from(this.claims.values(), disconnect)]);
  }

  private async transact(
    producer: Producer,
    partition: number,
    position: number,
    topicMessages: TopicMessages[],
  ): Promise<void> {
    const { groupId, inputTopic } = this.options;
    const transaction = await producer.transaction();
    try {
      await transaction.sendBatch({ topicMessages });
      const partitions = [{ partition, offset: String(position) }];
      await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic: inputTopic, partitions }] });
      await transaction.commit();
    } catch (error) {
      if (transaction.isActive()) await transaction.abort();
      throw error;
    }
  }

  private async take(partition: number): Promise<Claim> {
    const { kafka, groupId, inputTopic, partitioner } = this.options;
    const producer = kafka.producer({
      transactionalId: `${groupId}.${inputTopic}.${partition}`,
      maxInFlightRequests: 1,
      idempotent: true,
      createPartitioner: () => partitioner,
    });
    await producer.connect();
    // An empty transaction: it takes the name over from whoever had it.
    await (await producer.transaction()).abort();
    const topics = await this.admin.fetchOffsets({ groupId, topics: [inputTopic] });
    const found = topics[0]?.partitions.find(offset => offset.partition === partition);
    return { producer, start: Math.max(0, Number(found?.offset ?? -1)) };
  }
}

async function disconnect(claim: Promise<Claim>): Promise<void> {
  try {
    await (await claim).producer.disconnect();
  } catch {
    // It never came to be, or is gone already.
  }
}
