import type { CancelTimer, Clock } from '../core/clock.js';
import { Fifo } from './fifo.js';

/**
 * How an attempt ended: with an answer, good or bad; `refused` by a server that is too busy for anybody; or `suspect`, because a
 * worker died while it had this item, perhaps of another one in the same batch, or had no room for it.
 */
export type Attempt = 'answered' | 'refused' | 'suspect';

export interface DispatcherLimits {
  /** Items that are attempted or have an answer that is not written yet. */
  readonly items: number;
  /** Of the same. A single item may be larger. */
  readonly bytes: number;
}

export interface DispatcherOptions<T> {
  readonly limits: DispatcherLimits;
  readonly clock: Clock;
  /** Must not reject. */
  readonly attempt: (item: T) => Promise<Attempt>;
}

/** After which a refused item is tried again. */
const REFUSED_MS = 100;

/**
 * Keeps as much under way as the limits allow; the rest waits. What a worker died of is found by trying the suspects alone, each
 * with nothing else under way: an item that is then suspect again is guilty, and `attempt` answers it for good.
 */
export class Dispatcher<T extends { readonly bytes: number }> {
  private readonly waiting = new Fifo<T>();
  private readonly again: T[] = [];
  private readonly suspects: T[] = [];
  private readonly underWay = new Set<T>();
  private bytes = 0;
  private running = 0;
  private trial = false;
  private stopped = false;
  private cancelPause: CancelTimer | undefined;
  private roomWanted: (() => void)[] = [];
  private idleWanted: (() => void)[] = [];

  constructor(private readonly options: DispatcherOptions<T>) {}

  /** Items that count against the limits. */
  get inFlight(): number {
    return this.underWay.size;
  }

  /** Whether as many wait as may be under way. */
  get full(): boolean {
    return !this.stopped && this.waiting.length >= this.options.limits.items;
  }

  push(item: T): void {
    this.waiting.push(item);
  }

  /** Begins what may begin. Call it after `push`. */
  pump(): void {
    const { waiting, suspects, again } = this;
    if (this.stopped || this.trial || this.cancelPause !== undefined) return;
    if (suspects.length > 0) {
      if (this.running > 0) return;
      this.trial = true;
      this.run(suspects.shift()!);
      return;
    }
    while (again.length > 0) this.run(again.shift()!);
    for (let next = waiting.at(0); next !== undefined && this.fits(next); next = waiting.at(0)) {
      waiting.shift();
      this.underWay.add(next);
      this.bytes += next.bytes;
      this.run(next);
    }
    if (!this.full) for (const resolve of this.roomWanted.splice(0)) resolve();
  }

  /** Settles when it is not `full`. */
  async room(): Promise<void> {
    while (this.full) await new Promise<void>(resolve => this.roomWanted.push(resolve));
  }

  /** The item no longer counts: its answer is written, or nobody wants it. */
  release(item: T): void {
    if (this.underWay.delete(item)) this.bytes -= item.bytes;
  }

  /** Forgets waiting items, which may be attempted and answered no more. */
  drop(unwanted: (item: T) => boolean): void {
    this.waiting.keep(item => !unwanted(item));
    for (const list of [this.again, this.suspects]) {
      list.splice(0, list.length, ...list.filter(item => !unwanted(item)));
    }
  }

  /** Begins nothing more. Settles when nothing is attempted. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelPause?.();
    for (const resolve of this.roomWanted.splice(0)) resolve();
    while (this.running > 0) await new Promise<void>(resolve => this.idleWanted.push(resolve));
  }

  private fits({ bytes }: T): boolean {
    const { limits } = this.options;
    const { size } = this.underWay;
    return size === 0 || (size < limits.items && this.bytes + bytes <= limits.bytes);
  }

  private run(item: T): void {
    this.running++;
    void this.options.attempt(item).then(outcome => {
      this.running--;
      this.trial = false;
      if (outcome === 'suspect') this.suspects.push(item);
      else if (outcome === 'refused') this.tryLater(item);
      this.pump();
      if (this.running === 0) for (const resolve of this.idleWanted.splice(0)) resolve();
    });
  }

  /** Everybody waits a moment: the server would refuse the others too. */
  private tryLater(item: T): void {
    const { clock } = this.options;
    this.again.push(item);
    if (this.stopped) return;
    this.cancelPause ??= clock.at(clock.now() + REFUSED_MS, () => {
      this.cancelPause = undefined;
      this.pump();
    });
  }
}
