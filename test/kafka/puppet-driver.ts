import type {
  InputMessage,
  KafkaDriver,
  KafkaListener,
  KafkaSession,
  OutputRecord,
  Positions,
} from '../../src/kafka/driver.js';

/** One session; the test plays the brokers. */
export class PuppetSession implements KafkaSession {
  readonly written: OutputRecord[] = [];
  readonly positions = new Map<number, number>();
  closed = false;
  /** May be replaced, to refuse or to wait. */
  onProduce: (records: readonly OutputRecord[]) => Promise<void> = async () => {};

  constructor(readonly listener: KafkaListener) {}

  async produce(records: readonly OutputRecord[]): Promise<void> {
    await this.onProduce(records);
    this.written.push(...records);
  }

  async commit(positions: Positions): Promise<void> {
    for (const [partition, position] of positions) this.positions.set(partition, position);
  }

  async transact(partition: number, position: number, records: readonly OutputRecord[]): Promise<void> {
    await this.produce(records);
    this.positions.set(partition, position);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  /** Gives messages of one partition out, from `offset` on. */
  send(partition: number, offset: number, messages: readonly Partial<InputMessage>[]): Promise<void> {
    return this.listener.batch({
      partition,
      end: offset + messages.length,
      messages: messages.map((message, i) => ({
        key: null,
        value: null,
        headers: {},
        ...message,
        offset: offset + i,
      })),
    });
  }
}

/** Sessions that the test can see. */
export class PuppetDriver implements KafkaDriver {
  readonly sessions: PuppetSession[] = [];
  /** Why sessions cannot begin just now. */
  trouble: Error | undefined;
  attempts = 0;

  async connect(listener: KafkaListener): Promise<KafkaSession> {
    this.attempts++;
    if (this.trouble !== undefined) throw this.trouble;
    const session = new PuppetSession(listener);
    this.sessions.push(session);
    listener.assigned([0, 1]);
    return session;
  }
}
