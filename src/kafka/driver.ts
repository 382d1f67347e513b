/** A record's headers: bytes or text, several of one name as a list. */
export type KafkaHeaders = Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>;
export type HeaderValue = Buffer | string;

/** A record of the input topic. */
export interface InputMessage {
  /** Its place in its partition. */
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: KafkaHeaders;
}

/** Consecutive records of one partition. */
export interface InputBatch {
  readonly partition: number;
  readonly messages: readonly InputMessage[];
  /** The offset that the partition's next record will have, as far as the broker has told. */
  readonly end: number;
}

/** A record to be written. */
export interface OutputRecord {
  readonly topic: string;
  /** The partition of the input that it answers; it goes to the one of its topic with that number, modulo their count. */
  readonly partition: number;
  readonly key: HeaderValue | null;
  readonly value: HeaderValue | null;
  readonly headers: KafkaHeaders;
}

/** For each partition of the input the offset of the first record that is not answered yet. */
export type Positions = ReadonlyMap<number, number>;

/** What a session tells, from `connect` on until `close` has settled. */
export interface KafkaListener {
  /** The partitions that this member of the group reads from now on, all of them; records after their committed positions follow. */
  assigned(partitions: readonly number[]): void;
  /** Nothing more is read until this settles. It must not reject. */
  batch(batch: InputBatch): Promise<void>;
  /** The broker has just been heard of. */
  alive(): void;
  /** The session is of no use any more and has to be closed. */
  failed(error: Error): void;
}

/** A membership in the consumer group with the means to answer. Every promise may reject, after which the session should be closed. */
export interface KafkaSession {
  /** Settles when all in-sync replicas have the records. Rejects with a RecordsTooLarge when the broker does not take so many bytes. */
  produce(records: readonly OutputRecord[]): Promise<void>;
  /** Of no effect while the group moves partitions about: `assigned` tells when that is over. */
  commit(positions: Positions): Promise<void>;
  /** Writes the answers to one partition and commits its position, both or neither. Rejects as `produce`, with nothing written. */
  transact(partition: number, position: number, records: readonly OutputRecord[]): Promise<void>;
  /** Leaves the group. Call it once `batch` has settled. Never rejects. */
  close(): Promise<void>;
}

/** A client library. */
export interface KafkaDriver {
  /** Joins the group. Rejects when no broker can be reached, with everything closed again. */
  connect(listener: KafkaListener): Promise<KafkaSession>;
}

/** The broker has refused records for their size. */
export class RecordsTooLarge extends Error {}
