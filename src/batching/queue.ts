import type { QueueSnapshot } from './policy.js';
import type { ScheduledModel } from './scheduled-model.js';
import type { Waiting } from './waiting.js';

/** Milliseconds after which the memory of how many callers there are has halved. */
const CROWD_HALF_LIFE_MS = 50;
/** Fewer callers are not worth two batches. */
const SMALLEST_HALF = 8;
/** A pause is no gap between arrivals: longer ones count as this. */
const LONGEST_GAP_MS = 100;
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
  private readonly items: Waiting[] = [];
  private rows = 0;
  private running = 0;
  private newestAt = 0;
  private arrivalGapMs = 0;
  private inferenceMs = 0;
  private crowd = 0;
  private crowdAt = 0;

  constructor(readonly backlog: Backlog) {}

  get requests(): number {
    return this.items.length;
  }

  /** Whether half of the callers that were seen together lately wait here: the other half can follow while these are served. */
  get halfFull(): boolean {
    return this.requests >= SMALLEST_HALF && this.requests >= this.crowd / 2;
  }

  /** Nothing waits and nothing runs. */
  get idle(): boolean {
    return this.requests === 0 && this.running === 0;
  }

  /** What the policy decides by; of a queue where something waits. */
  snapshot(now: number): QueueSnapshot {
    const { maxBatchSize, maxBatchTimeMs } = this.backlog.model;
    const { requests, rows, newestAt, arrivalGapMs, inferenceMs } = this;
    const oldestAt = this.items[0].context.timings.queued;
    const expectedRequests = this.fadedCrowd(now) - requests - this.running;
    return {
      requests,
      rows,
      oldestAt,
      newestAt,
      maxBatchSize,
      maxBatchTimeMs,
      expectedRequests,
      arrivalGapMs,
      inferenceMs,
    };
  }

  push(item: Waiting, now: number): void {
    if (this.newestAt > 0)
      this.arrivalGapMs += (Math.min(now - this.newestAt, LONGEST_GAP_MS) - this.arrivalGapMs) * GAP_WEIGHT;
    this.newestAt = now;
    this.items.push(item);
    this.rows += item.rows;
    this.backlog.waiting++;
    const present = this.requests + this.running;
    const crowd = this.fadedCrowd(now);
    this.crowd = Math.max(crowd, present);
    this.crowdAt = now;
  }

  /** A caller that went away before its turn; false when its batch has left already. */
  remove(item: Waiting): boolean {
    const index = this.items.indexOf(item);
    if (index < 0) return false;
    this.items.splice(index, 1);
    this.rows -= item.rows;
    this.backlog.waiting--;
    return true;
  }

  /** The next batch, in order: at least one request, and no more than `rows` rows unless the first alone has more. */
  take(rows: number): Waiting[] {
    let count = 0;
    let taken = 0;
    for (const item of this.items) {
      if (count > 0 && (item.alone || taken + item.rows > rows)) break;
      count++;
      taken += item.rows;
      if (item.alone) break;
    }
    const batch = this.items.splice(0, count);
    this.rows -= taken;
    this.backlog.waiting -= batch.length;
    this.running += batch.length;
    return batch;
  }

  /** As many of the requests taken have been answered; the model took so long. */
  answered(requests: number, inferenceMs: number): void {
    this.running -= requests;
    this.inferenceMs += (inferenceMs - this.inferenceMs) * INFERENCE_WEIGHT;
  }

  /** One of the requests taken goes to no worker. */
  dropped(): void {
    this.running--;
  }

  /** Callers seen together lately, less the longer ago that was. */
  private fadedCrowd(now: number): number {
    return this.crowd * 2 ** ((this.crowdAt - now) / CROWD_HALF_LIFE_MS);
  }
}
