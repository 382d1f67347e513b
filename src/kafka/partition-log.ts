import { Fifo } from './fifo.js';

/** A record that was taken in; `settled` when its answer is there. */
export interface Tracked {
  readonly offset: number;
  readonly settled: boolean;
}

/**
 * The records of one partition from their arrival until their answers are acknowledged. They may be settled in any order and leave
 * in the order in which they came:
 *
 *                  position                                     expected
 *   acknowledged   |  being written  |  taken in, some settled  |  not here yet
 */
export class PartitionLog<T extends Tracked> {
  /** Of the next record to be acknowledged: what may be committed. */
  private at: number;
  private expected: number;
  private readonly writing = new Fifo<T>();
  private readonly waiting = new Fifo<T>();

  /** `start`: the offset of the first record. */
  constructor(start: number) {
    this.at = this.expected = start;
  }

  get position(): number {
    return this.at;
  }

  /** Records that are not acknowledged. */
  get pending(): number {
    return this.writing.length + this.waiting.length;
  }

  /**
   * Whether a record of this offset is a new one. After a rebalance those come again whose commit the broker had not seen; they are
   * under way or answered.
   */
  isNew(offset: number): boolean {
    return offset >= this.expected;
  }

  /** Whether a partition that ends there is another one than these records are from: its topic was made anew. */
  isBeyond(end: number): boolean {
    return end < this.expected;
  }

  take(record: T): void {
    this.waiting.push(record);
    this.expected = record.offset + 1;
  }

  /** Takes the settled records at the start, in order, as long as `more` likes. They must be acknowledged before the next call. */
  settled(more: (record: T) => boolean): readonly T[] {
    let count = 0;
    for (let next = this.waiting.at(0); next?.settled && more(next); next = this.waiting.at(count)) count++;
    const taken = this.waiting.take(count);
    for (const record of taken) this.writing.push(record);
    return taken;
  }

  /** The answers to all that was taken are safe. False when nothing was. */
  acknowledge(): boolean {
    const last = this.writing.at(this.writing.length - 1);
    if (last === undefined) return false;
    this.at = last.offset + 1;
    this.writing.take(this.writing.length);
    return true;
  }

  /** Everything that is not acknowledged, which will not be. */
  abandon(): T[] {
    return [...this.writing.take(this.writing.length), ...this.waiting.take(this.waiting.length)];
  }
}
