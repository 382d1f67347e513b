import type { CancelTimer, Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import type { ServerError } from '../core/errors.js';
import type { InferRequest, ModelLabel } from '../core/protocol.js';
import type { Telemetry } from '../core/telemetry.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import { hasRowsToShare, requestRows } from './batch.js';
import { BatchRunner } from './batch-runner.js';
import { ModelQueues } from './model-queues.js';
import type { BatchPolicy } from './policy.js';
import type { RequestQueue } from './queue.js';
import { clientGone, deadlineExceeded, noWorker, tooMany } from './refusals.js';
import type { ScheduledModel } from './scheduled-model.js';
import { signatureFor } from './signature.js';
import { Streams } from './streams.js';
import { type BatchShare, Waiting } from './waiting.js';
import { WorkerSlots } from './worker-slots.js';

export interface SchedulerOptions {
  readonly pool: WorkerPool;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly policy: BatchPolicy;
  /** Frames a worker may have in flight: 2 keep it busy while an answer travels. */
  readonly slotsPerWorker: number;
}

/** How long requests wait when no worker is left, before they are refused. */
const NO_WORKER_GRACE_MS = 5_000;
/** Without a request for this long nobody is disturbed by workers that are held up. */
const QUIET_AFTER_MS = 1_000;

const IDLE = { kind: 'idle' } as const;

/**
 * Queues of requests and workers with free slots, brought together. Requests stay in their queue until a worker can take
 * them, so batches grow by themselves while all are busy. Every caller is settled exactly once, however a batch ends.
 */
export class Scheduler {
  private readonly slots: WorkerSlots;
  private readonly runner: BatchRunner;
  private readonly streams: Streams;
  private readonly models = new Map<string, ModelQueues>();
  /** Queues with waiting requests; the next to be asked stands first. */
  private active: RequestQueue[] = [];
  private pumpPending = false;
  private cancelWake: CancelTimer | undefined;
  private cancelGrace: CancelTimer | undefined;
  /** No worker for longer than the grace period: nothing is accepted. */
  private abandoned = false;
  private idleListeners: (() => void)[] = [];
  /** Requests that have no answer yet. */
  private outstanding = 0;
  private lastAsked = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SchedulerOptions) {
    this.slots = new WorkerSlots(options.slotsPerWorker);
    const endWorker = (worker: WorkerId, reason: string) => this.endWorker(worker, reason);
    const unfitness = (worker: WorkerId, model: string) => this.slots.unfitness(worker, model);
    this.runner = new BatchRunner({ ...options, endWorker });
    this.streams = new Streams({ ...options, endWorker, unfitness });
    this.startGrace();
  }

  /** The worker has every wanted model loaded, but for those that it could not load (by key). */
  workerReady(worker: WorkerId, lacks?: readonly string[]): void {
    this.slots.add(worker, lacks);
    this.streams.addWorker(worker);
    this.abandoned = false;
    this.cancelGrace?.();
    this.pump();
  }

  workerLost(worker: WorkerId): void {
    this.slots.remove(worker);
    this.streams.removeWorker(worker);
    if (this.slots.ready === 0) this.startGrace();
  }

  /** Sends the worker nothing until `resume`, if there are others: it is about to be held up. */
  rest(worker: WorkerId): void {
    this.slots.rest(worker);
  }

  resume(worker: WorkerId): void {
    this.slots.resume(worker);
    this.pump();
  }

  /** Nobody waits for an answer, or has asked for one lately. */
  get quiet(): boolean {
    return this.outstanding === 0 && this.options.clock.now() - this.lastAsked > QUIET_AFTER_MS;
  }

  /** Requests waiting per model, for gauges. */
  *depths(): Iterable<{ label: ModelLabel; waiting: number }> {
    for (const { model, waiting } of this.models.values()) yield { label: model.label, waiting };
  }

  /** Rejects with RESOURCE_EXHAUSTED (queue full), DEADLINE_EXCEEDED, CANCELLED, UNAVAILABLE or what the model answered. */
  submit(context: RequestContext, model: ScheduledModel, request: InferRequest): Promise<BatchShare> {
    return new Promise((resolve, reject) => {
      const queues = this.queuesOf(model);
      const refusal = this.refusal(context, queues);
      if (refusal !== undefined) return reject(refusal);
      const queue = queues.queueFor(signatureFor(context, model, request));
      const now = this.options.clock.now();
      context.timings.queued = now;
      this.lastAsked = now;
      const waiting = new Waiting(context, request, requestRows(request), !hasRowsToShare(request), resolve, reject);
      this.enqueue(waiting, queue, now);
      this.outstanding++;
      this.watchCaller(waiting, queue);
      // Usually all that has arrived is read before a batch leaves. But when everybody waits for one batch, nobody sends while
      // it is served: halves keep both the front and an idle worker busy.
      if (queue.halfFull && this.slots.idle) this.pump();
      else this.pumpSoon();
    });
  }

  /** The answers of a model that streams. Rejects as `submit` does, at any time. */
  async *stream(context: RequestContext, model: ScheduledModel, request: InferRequest): AsyncGenerator<BatchShare> {
    this.outstanding++;
    try {
      yield* this.streams.answers(context, model, request);
    } finally {
      this.finished(1);
    }
  }

  /** Forgets a model whose requests have all been answered. */
  forget(model: ScheduledModel): void {
    this.models.delete(model.key);
  }

  /** Settles when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    if (this.outstanding > 0) await new Promise<void>(resolve => this.idleListeners.push(resolve));
  }

  /** Answers everybody who still waits, and ends streams; running batches go on. */
  refuseWaiting(error: ServerError): void {
    this.streams.endAll(error);
    for (const queue of this.active.splice(0)) {
      while (queue.requests > 0) {
        for (const waiting of queue.take(Number.POSITIVE_INFINITY)) this.drop(waiting, queue, error);
      }
    }
  }

  private refusal(context: RequestContext, queues: ModelQueues): ServerError | undefined {
    if (context.cancelled) return clientGone();
    if (this.abandoned) return noWorker();
    const { model, waiting } = queues;
    return waiting >= model.maxQueueSize ? tooMany(model, `${waiting} requests are waiting already`) : undefined;
  }

  private queuesOf(model: ScheduledModel): ModelQueues {
    let queues = this.models.get(model.key);
    if (queues === undefined) {
      queues = new ModelQueues(model);
      this.models.set(model.key, queues);
    }
    return queues;
  }

  private enqueue(waiting: Waiting, queue: RequestQueue, now: number): void {
    if (queue.requests === 0) this.active.push(queue);
    queue.push(waiting, now);
  }

  /** A caller may leave its queue; when its batch already runs, only its answer is dropped. */
  private watchCaller(waiting: Waiting, queue: RequestQueue): void {
    const { context } = waiting;
    const giveUp = (error: ServerError) => {
      if (waiting.done) return;
      if (queue.remove(waiting)) {
        this.finished(1);
        if (queue.requests === 0) this.active = this.active.filter(other => other !== queue);
      }
      waiting.settle(undefined, error);
    };
    context.onCancel = () => giveUp(clientGone());
    if (context.deadline !== Number.POSITIVE_INFINITY) {
      waiting.onSettled = this.options.clock.at(context.deadline, () => giveUp(deadlineExceeded()));
    }
  }

  private pumpSoon(): void {
    if (this.pumpPending) return;
    this.pumpPending = true;
    this.options.clock.endOfTurn(() => {
      this.pumpPending = false;
      this.pump();
    });
  }

  /** Fills free slots from the queues in turn until no queue wants to send or no slot is left. */
  private pump(): void {
    let wakeAt = Number.POSITIVE_INFINITY;
    const now = this.options.clock.now();
    let undecided = this.active.length;
    while (undecided > 0 && this.slots.free) {
      const queue = this.active[0];
      const worker = this.slots.freeFor(queue.backlog.model.key);
      const decision = worker === undefined ? IDLE : this.options.policy(queue.snapshot(now), now);
      if (worker !== undefined && decision.kind === 'dispatch') {
        this.dispatch(worker, queue, queue.take(decision.rows), now);
      } else {
        undecided--;
        if (decision.kind === 'wait') wakeAt = Math.min(wakeAt, decision.until);
      }
      this.active.shift();
      if (queue.requests > 0) this.active.push(queue);
      else if (decision.kind === 'dispatch') undecided--;
    }
    this.cancelWake?.();
    this.cancelWake = undefined;
    if (wakeAt !== Number.POSITIVE_INFINITY) this.cancelWake = this.options.clock.at(wakeAt, () => this.pump());
  }

  private dispatch(worker: WorkerId, queue: RequestQueue, taken: Waiting[], now: number): void {
    const batch: Waiting[] = [];
    for (const waiting of taken) {
      const { context } = waiting;
      if (context.cancelled || context.deadline <= now) this.drop(waiting, queue, deadlineExceeded());
      else batch.push(waiting);
    }
    if (batch.length === 0) return;
    this.slots.take(worker);
    void this.runner.run(worker, queue.backlog, batch).finally(() => {
      this.slots.release(worker);
      queue.answered(batch.length, batch[0].context.timings.inferenceMs);
      const again = batch.filter(waiting => !waiting.done);
      this.finished(batch.length - again.length);
      for (const waiting of again) {
        waiting.ranBefore = true;
        this.enqueue(waiting, queue, this.options.clock.now());
      }
      if (this.active.length > 0) this.pump();
    });
  }

  /** Ends a worker that hangs. What else it has is not at fault and may run once more; its callers do not hear of it. */
  endWorker(worker: WorkerId, reason: string): void {
    this.runner.disturb(worker);
    this.workerLost(worker);
    this.options.pool.kill(worker, reason);
  }

  /** Answers a request that was taken from its queue and goes to no worker. */
  private drop(waiting: Waiting, queue: RequestQueue, error: ServerError): void {
    queue.dropped();
    this.finished(1);
    waiting.settle(undefined, error);
  }

  private finished(requests: number): void {
    this.outstanding -= requests;
    if (this.outstanding > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners.splice(0)) listener();
  }

  private startGrace(): void {
    const { clock } = this.options;
    this.cancelGrace?.();
    this.cancelGrace = clock.at(clock.now() + NO_WORKER_GRACE_MS, () => {
      this.abandoned = true;
      this.refuseWaiting(noWorker());
    });
  }
}
