import type { QueueSnapshot } from './policy.js';
import type { ScheduledModel } from './scheduled-model.js';
import type { Waiting } from './waiting.js';

/** Milliseconds after which the memory of how many callers there are has halved. */
const CROWD_HALF_LIFE_MS = 50;
/** Fewer callers are not worth two batches. */
const SMALLEST_HALF = 8;
/** Weight of the latest gap between arrivals in their average. */
const GAP_WEIGHT = 0.1;
/** Weight of the latest batch in the average time the model takes. */
const INFERENCE_WEIGHT = 0.2;

/** What waits for one model; each of its queues counts itself in. */
export interface Backlog {
  readonly model: ScheduledModel;
  /** Requests. */
  waiting: number;
}

/** Requests of one signature to one model, in order of arrival, with what the policy wants to know about their stream. */
export class RequestQueue {
  private items: Waiting[] = [];
  private first = 0;
  private waitingRows = 0;
  private running = 0;
  private newest = 0;
  private gapMs = 0;
  private modelMs = 0;
  private crowd = 0;
  private crowdAt = 0;

  constructor(readonly backlog: Backlog) {}

  get requests(): number {
    return this.items.length - this.first;
  }

  get rows(): number {
    return this.waitingRows;
  }

  get oldestAt(): number {
    return this.items[this.first].context.timings.queued;
  }

  get newestAt(): number {
    return this.newest;
  }

  get arrivalGapMs(): number {
    return this.gapMs;
  }

  get inferenceMs(): number {
    return this.modelMs;
  }

  /** Whether half of the callers that were seen together lately wait here: the other half can follow while these are served. */
  get halfFull(): boolean {
    return this.requests >= SMALLEST_HALF && this.requests >= this.crowd / 2;
  }

  /** Nothing waits and nothing runs. */
  get idle(): boolean {
    return this.requests === 0 && this.running === 0;
  }

  /** Callers seen together lately who are neither waiting nor being served now. */
  expectedRequests(now: number): number {
    return this.fadedCrowd(now) - this.requests - this.running;
  }

  push(item: Waiting, now: number): void {
    if (this.newest > 0) this.gapMs += (Math.min(now - this.newest, 100) - this.gapMs) * GAP_WEIGHT;
    this.newest = now;
    this.items.push(item);
    this.waitingRows += item.rows;
    this.backlog.waiting++;
    const present = this.requests + this.running;
    const crowd = this.fadedCrowd(now);
    this.crowd = Math.max(crowd, present);
    this.crowdAt = now;
  }

  /** A caller that went away before its turn; false when its batch has left already. */
  remove(item: Waiting): boolean {
    const index = this.items.indexOf(item, this.first);
    if (index < 0) return false;
    this.items.splice(index, 1);
    this.waitingRows -= item.rows;
    this.backlog.waiting--;
    return true;
  }

  /** The next batch, in order: at least one request, and no more than `rows` rows unless the first alone has more. */
  take(rows: number): Waiting[] {
    const batch: Waiting[] = [];
    let taken = 0;
    while (this.first < this.items.length) {
      const item = this.items[this.first];
      if (batch.length > 0 && (item.alone || taken + item.rows > rows)) break;
      batch.push(item);
      taken += item.rows;
      this.first++;
      if (item.alone) break;
    }
    this.waitingRows -= taken;
    if (this.first === this.items.length) {
      this.items = [];
      this.first = 0;
    } else if (this.first > 1024) {
      this.items = this.items.slice(this.first);
      this.first = 0;
    }
    this.backlog.waiting -= batch.length;
    this.running += batch.length;
    return batch;
  }

  /** As many of the requests taken have been answered; the model took so long. */
  answered(requests: number, inferenceMs: number): void {
    this.running -= requests;
    this.modelMs += (inferenceMs - this.modelMs) * INFERENCE_WEIGHT;
  }

  /** One of the requests taken goes to no worker. */
  dropped(): void {
    this.running--;
  }

  private fadedCrowd(now: number): number {
    return this.crowd * 2 ** ((this.crowdAt - now) / CROWD_HALF_LIFE_MS);
  }
}

/** What the policy decides by. */
export function snapshot(queue: RequestQueue, now: number): QueueSnapshot {
  const { maxBatchSize, maxBatchTimeMs } = queue.backlog.model;
  return {
    requests: queue.requests,
    rows: queue.rows,
    oldestAt: queue.oldestAt,
    newestAt: queue.newestAt,
    maxBatchSize,
    maxBatchTimeMs,
    expectedRequests: queue.expectedRequests(now),
    arrivalGapMs: queue.arrivalGapMs,
    inferenceMs: queue.inferenceMs,
  };
}
