import type { Clock } from '../core/clock.js';
import { ServerError } from '../core/errors.js';
import { Committer } from './committer.js';
import { type KafkaSession, type OutputRecord, RecordsTooLarge } from './driver.js';
import { PartitionLog, type Tracked } from './partition-log.js';

/** What waits for an answer, and the answer. */
export interface Outgoing extends Tracked {
  readonly partition: number;
  readonly record: OutputRecord | undefined;
}

export interface OutboxOptions<T extends Outgoing> {
  readonly clock: Clock;
  /** Answers and positions in one transaction for each partition. */
  readonly exactlyOnce: boolean;
  /** The brokers have these answers. */
  readonly acknowledged: (items: readonly T[]) => void;
  /** Nobody will answer these here. */
  readonly dropped: (items: readonly T[]) => void;
  /** The brokers do not take this record. Gives the item a smaller one, and false when there is none. */
  readonly tooLarge: (item: T, error: ServerError) => boolean;
  /** Answers cannot be written. Called once. */
  readonly failed: (error: Error) => void;
}

/** Brokers take batches of up to 1 MB unless they are told otherwise. */
const WRITE_BYTES = 512 * 1024;

interface Part<T> {
  readonly partition: number;
  readonly items: readonly T[];
}

/**
 * Writes answers in the order of their partitions and commits what was acknowledged. One write is under way at a time - so that
 * a client that repeats it cannot change the order -, and takes along everything that was settled during the one before.
 */
export class Outbox<T extends Outgoing> {
  private readonly logs = new Map<number, PartitionLog<T>>();
  private readonly committer: Committer;
  private session: KafkaSession | undefined;
  private writing: Promise<void> | undefined;
  private scheduled = false;
  private closed = false;

  constructor(private readonly options: OutboxOptions<T>) {
    this.committer = new Committer(positions => this.session!.commit(positions));
  }

  open(session: KafkaSession): void {
    this.session = session;
    this.settled();
  }

  /** Of the first message that is not answered. */
  position(partition: number): number | undefined {
    return this.logs.get(partition)?.position;
  }

  /** The partitions that are ours. What is pending in others is dropped. */
  assign(partitions: readonly number[]): void {
    const dropped: T[] = [];
    for (const [partition, log] of this.logs) {
      if (partitions.includes(partition)) {
        // The commit before the rebalance may have been refused, and perhaps no other message comes.
        this.committer.mark(partition, log.position);
        continue;
      }
      dropped.push(...log.abandon());
      this.logs.delete(partition);
      this.committer.forget(partition);
    }
    this.options.dropped(dropped);
    this.settled();
  }

  /** The partition ends there. What is pending of one that had more is dropped. */
  seen(partition: number, end: number): void {
    const log = this.logs.get(partition);
    if (log === undefined || !log.isBeyond(end)) return;
    this.logs.delete(partition);
    this.committer.forget(partition);
    this.options.dropped(log.abandon());
  }

  /** Whether the item is a new one, which is waited for from now on. */
  take(item: T): boolean {
    let log = this.logs.get(item.partition);
    if (log === undefined) {
      log = new PartitionLog(item.offset);
      this.logs.set(item.partition, log);
    }
    if (!log.isNew(item.offset)) return false;
    log.take(item);
    return true;
  }

  /** Some item has its answer. All of one turn of the event loop go together. */
  settled(): void {
    if (this.scheduled || this.session === undefined || this.closed) return;
    this.scheduled = true;
    this.options.clock.endOfTurn(() => {
      this.scheduled = false;
      void this.write();
    });
  }

  /** Settles when every answer that may go has been acknowledged and committed, or `failed` was told. */
  async flush(): Promise<void> {
    await this.write();
    await this.commit();
  }

  /** Writes nothing more. Gives back what is pending. */
  close(): T[] {
    this.closed = true;
    return [...this.logs.values()].flatMap(log => log.abandon());
  }

  /** Until nothing is settled. */
  private write(): Promise<void> {
    this.writing ??= this.writeAll()
      .catch((error: Error) => this.fail(error))
      .finally(() => {
        this.writing = undefined;
      });
    return this.writing;
  }

  private async writeAll(): Promise<void> {
    const { session, options } = this;
    while (session !== undefined && !this.closed) {
      const parts = this.settledParts();
      if (parts.length === 0) break;
      await this.writeParts(session, parts);
      for (const { partition } of parts) {
        // It may have been taken from us while its answers were written.
        const log = this.logs.get(partition);
        if (log === undefined || !log.acknowledge()) continue;
        if (!options.exactlyOnce) this.committer.mark(partition, log.position);
      }
      options.acknowledged(parts.flatMap(({ items }) => items));
      void this.commit();
    }
    void this.commit();
  }

  private commit(): Promise<void> {
    if (this.session === undefined || this.closed) return Promise.resolve();
    return this.committer.flush().catch((error: Error) => this.fail(error));
  }

  private fail(error: Error): void {
    if (this.closed) return;
    this.closed = true;
    this.options.failed(error);
  }

  private settledParts(): Part<T>[] {
    const parts: Part<T>[] = [];
    let bytes = 0;
    for (const [partition, log] of this.logs) {
      const items = log.settled(({ record }) => {
        const first = bytes === 0;
        bytes += sizeOf(record!);
        return first || bytes <= WRITE_BYTES;
      });
      if (items.length > 0) parts.push({ partition, items });
    }
    return parts;
  }

  private async writeParts(session: KafkaSession, parts: readonly Part<T>[]): Promise<void> {
    if (this.options.exactlyOnce) await Promise.all(parts.map(part => this.transact(session, part)));
    else
      await this.produce(
        session,
        parts.flatMap(({ items }) => items),
      );
  }

  private async produce(session: KafkaSession, items: readonly T[]): Promise<void> {
    try {
      await session.produce(items.map(({ record }) => record!));
    } catch (error) {
      if (!(error instanceof RecordsTooLarge)) throw error;
      for (const half of this.halves(items, error)) await this.produce(session, half);
    }
  }

  private async transact(session: KafkaSession, { partition, items }: Part<T>): Promise<void> {
    const records = items.map(({ record }) => record!);
    try {
      await session.transact(partition, items.at(-1)!.offset + 1, records);
    } catch (error) {
      if (!(error instanceof RecordsTooLarge)) throw error;
      for (const half of this.halves(items, error)) await this.transact(session, { partition, items: half });
    }
  }

  /** What to write in place of too much: less at a time, and for a single answer the reason. */
  private halves(items: readonly T[], cause: Error): readonly (readonly T[])[] {
    if (items.length > 1) {
      const middle = items.length >> 1;
      return [items.slice(0, middle), items.slice(middle)];
    }
    const [item] = items;
    const { topic } = item.record!;
    const text = `a record of ${sizeOf(item.record!)} bytes is too large for topic '${topic}'`;
    if (!this.options.tooLarge(item, new ServerError('PAYLOAD_TOO_LARGE', text, { cause }))) throw cause;
    return [items];
  }
}

function sizeOf({ key, value, headers }: OutputRecord): number {
  let bytes = 64 + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name of Object.keys(headers)) bytes += name.length + (headers[name]?.length ?? 0) + 8;
  return bytes;
}
