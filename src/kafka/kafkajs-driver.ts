import type { Consumer, EachBatchPayload, Kafka as KafkaClass, Producer, TopicMessages } from 'kafkajs';
import type { Logger } from '../logging/logger.js';
import {
  type InputMessage,
  type KafkaDriver,
  type KafkaListener,
  type KafkaSession,
  type OutputRecord,
  type Positions,
  RecordsTooLarge,
} from './driver.js';
import { kafkajs } from './kafkajs.js';
import { kafkajsLog } from './kafkajs-log.js';
import { KafkajsTransactions } from './kafkajs-transactions.js';
import type { KafkaSecurity } from './security.js';

const { Kafka, KafkaJSProtocolError } = kafkajs;

export interface KafkajsOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly groupId: string;
  readonly inputTopic: string;
  /** Makes `transact` usable, and hides records that a former owner of their partition has answered. */
  readonly exactlyOnce: boolean;
  readonly security: KafkaSecurity;
  readonly sessionTimeoutMs: number;
  readonly logger: Logger;
}

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** The broker answers a fetch after this time at the latest, records or not. */
const FETCH_WAIT_MS = 500;
/** The library's own patience is short: after it the session fails, and the next one begins with nothing left over. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 };
const CLOSE_MS = 3_000;

/** The group moves partitions about, or has just done so. */
const REBALANCING = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'];

/** Sessions by kafkajs, with a producer that is not idempotent: its sequence numbers do not outlive a crash of a broker. */
export class KafkajsDriver implements KafkaDriver {
  private readonly kafka: KafkaClass;

  constructor(private readonly options: KafkajsOptions) {
    const { brokers, clientId, security, logger } = options;
    this.kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      ssl: security.tls,
      sasl: security.sasl as never,
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      authenticationTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: RETRY,
      logLevel: kafkajs.logLevel.INFO,
      logCreator: kafkajsLog(logger),
    });
  }

  async connect(listener: KafkaListener): Promise<KafkaSession> {
    const session = new KafkajsSession(this.kafka, this.options, listener);
    try {
      await session.open();
    } catch (error) {
      await session.close();
      throw error;
    }
    return session;
  }
}

class KafkajsSession implements KafkaSession {
  private readonly consumer: Consumer;
  private readonly producer: Producer;
  private readonly transactions: KafkajsTransactions | undefined;
  private memberId: string | undefined;
  private closing = false;
  private crash: Error | undefined;

  constructor(
    kafka: KafkaClass,
    private readonly options: KafkajsOptions,
    private readonly listener: KafkaListener,
  ) {
    const { groupId, sessionTimeoutMs, inputTopic } = options;
    this.consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: sessionTimeoutMs / 5,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      retry: { ...RETRY, restartOnFailure: async () => false },
    });
    this.producer = kafka.producer({ createPartitioner: () => partitionOf });
    if (options.exactlyOnce) {
      this.transactions = new KafkajsTransactions({ kafka, groupId, inputTopic, partitioner: partitionOf });
    }
  }

  async open(): Promise<void> {
    const { consumer, listener, options } = this;
    const { events } = consumer;
    const { inputTopic: topic } = options;
    const assign = (partitions: readonly number[]) => {
      this.transactions?.assigned(partitions);
      listener.assigned(partitions);
    };
    await Promise.all([this.producer.connect(), this.transactions?.connect(), consumer.connect()]);
    // From the beginning: messages that come before the group's first commit would be lost otherwise.
    await consumer.subscribe({ topic, fromBeginning: true });
    consumer.on(events.FETCH, () => listener.alive());
    consumer.on(events.HEARTBEAT, () => listener.alive());
    consumer.on(events.GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
      // The group has missed us for a while: others have gone on from where we were, which must not be committed again.
      if (this.memberId !== undefined && memberId !== this.memberId) assign([]);
      this.memberId = memberId;
      assign(memberAssignment[topic] ?? []);
    });
    consumer.on(events.CRASH, ({ payload: { error } }) => {
      this.crash = error;
      if (!this.closing) listener.failed(error);
    });
    await consumer.run({ autoCommit: false, eachBatch: payload => this.take(payload) });
    if (this.crash !== undefined) throw this.crash;
  }

  async produce(records: readonly OutputRecord[]): Promise<void> {
    await withSizes(this.producer.sendBatch({ topicMessages: byTopic(records) }));
  }

  async commit(positions: Positions): Promise<void> {
    const { inputTopic: topic } = this.options;
    const offsets = Array.from(positions, ([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    try {
      await this.consumer.commitOffsets(offsets);
    } catch (error) {
      if (!REBALANCING.includes(protocolType(error) ?? '')) throw error;
    }
  }

  transact(partition: number, position: number, records: readonly OutputRecord[]): Promise<void> {
    return withSizes(this.transactions!.write(partition, position, byTopic(records)));
  }

  async close(): Promise<void> {
    this.closing = true;
    const ended = Promise.allSettled([
      this.consumer.disconnect(),
      this.producer.disconnect(),
      this.transactions?.disconnect(),
    ]);
    // A client that hangs is left alone; the group drops it after its session's time.
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, CLOSE_MS);
      void ended.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Hands a batch over, and keeps up the membership while there is no room for more. */
  private async take({ batch, heartbeat }: EachBatchPayload): Promise<void> {
    if (this.closing) return;
    // Sent only when it is time for one: nothing is taken in that the group has meanwhile given to others.
    await heartbeat();
    const { partition, messages } = batch;
    const start = (await this.transactions?.claim(partition)) ?? 0;
    const read = messages.map(toInput).filter(({ offset }) => offset >= start);
    let timer: NodeJS.Timeout | undefined;
    // A group that moves partitions about waits for all of its members: it hears of us before there is room.
    const wanted = new Promise<never>((_, reject) => {
      timer = setInterval(() => heartbeat().catch(reject), this.options.sessionTimeoutMs / 10);
    });
    const taken = this.listener.batch({ partition, messages: read, end: Number(batch.highWatermark) });
    try {
      await Promise.race([taken, wanted]);
    } finally {
      clearInterval(timer);
    }
  }
}

interface PartitionerArguments {
  readonly message: { readonly partition?: number };
  readonly partitionMetadata: readonly unknown[];
}

function partitionOf({ message, partitionMetadata }: PartitionerArguments): number {
  return message.partition! % partitionMetadata.length;
}

function toInput({ offset, key, value, headers = {} }: EachBatchPayload['batch']['messages'][number]): InputMessage {
  return { offset: Number(offset), key, value, headers };
}

function byTopic(records: readonly OutputRecord[]): TopicMessages[] {
  const topics = new Map<string, OutputRecord[]>();
  for (const record of records) {
    const others = topics.get(record.topic);
    if (others === undefined) topics.set(record.topic, [record]);
    else others.push(record);
  }
  return Array.from(topics, ([topic, messages]) => ({ topic, messages }));
}

async function withSizes(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    const type = protocolType(error) ?? '';
    if (!['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(type)) throw error;
    throw new RecordsTooLarge((error as Error).message, { cause: error });
  }
}

/** The name of a broker's error, also of one that the library gave up on. */
function protocolType(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof KafkaJSProtocolError) return at.type;
  }
  return undefined;
}
