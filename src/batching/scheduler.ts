import type { CancelTimer, Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import { errorFromData, ServerError, toServerError } from '../core/errors.js';
import type { InferRequest } from '../core/protocol.js';
import type { ModelLabel, Telemetry } from '../core/telemetry.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import type { BatchAnswer } from '../wire/messages.js';
import { hasRowsToShare, mergeRequests, requestRows, splitOutputs } from './batch.js';
import type { BatchPolicy } from './policy.js';
import { type BatchShare, RequestQueue, snapshot, Waiting } from './queue.js';
import type { ScheduledModel } from './scheduled-model.js';
import { signatureFor } from './signature.js';
import { Streams } from './streams.js';
import { visibleHeaders } from './visible-headers.js';
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
/** Queues of signatures nobody asks for any more are forgotten beyond this many. */
const MAX_IDLE_QUEUES = 64;

const IDLE = { kind: 'idle' } as const;

/** A batch that a worker has. */
interface Flight {
  readonly worker: WorkerId;
  readonly batch: readonly Waiting[];
  /** The worker was ended because of another one. */
  disturbed: boolean;
}

interface ModelQueues {
  readonly model: ScheduledModel;
  readonly bySignature: Map<string, RequestQueue>;
  waiting: number;
}

/**
 * Queues of requests and workers with free slots, brought together. Requests stay in their queue until a worker can take
 * them, so batches grow by themselves while all are busy. Every caller is settled exactly once, however a batch ends.
 */
export class Scheduler {
  private readonly slots: WorkerSlots;
  private readonly streams: Streams;
  private readonly models = new Map<string, ModelQueues>();
  /** Queues with waiting requests; the next to be asked stands first. */
  private active: { queues: ModelQueues; queue: RequestQueue }[] = [];
  private readonly flights = new Set<Flight>();
  private pumpPending = false;
  private cancelWake: CancelTimer | undefined;
  private cancelGrace: CancelTimer | undefined;
  /** No worker for longer than the grace period: nothing is accepted. */
  private abandoned = false;
  private idleListeners: (() => void)[] = [];
  /** Requests that have no answer yet, and those of them that workers have. */
  private outstanding = 0;
  private inFlight = 0;
  private lastAsked = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: SchedulerOptions) {
    this.slots = new WorkerSlots(options.slotsPerWorker);
    this.streams = new Streams({
      ...options,
      unfitness: (worker, model) => this.slots.unfitness(worker, model),
      endWorker: (worker, reason) => this.endWorker(worker, reason),
    });
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
      const queue = this.queueOf(queues, signatureFor(context, model, request));
      const now = this.options.clock.now();
      context.timings.queued = now;
      this.lastAsked = now;
      const waiting = new Waiting(context, request, requestRows(request), !hasRowsToShare(request), resolve, reject);
      if (queue.requests === 0) this.active.push({ queues, queue });
      queue.push(waiting, now);
      queues.waiting++;
      this.outstanding++;
      this.watchCaller(waiting, queues, queue);
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
    for (const { queues, queue } of this.active.splice(0)) {
      while (queue.requests > 0) {
        for (const waiting of queue.take(Number.POSITIVE_INFINITY)) this.leave(waiting, queues, queue, error);
      }
    }
  }

  private refusal(context: RequestContext, queues: ModelQueues): ServerError | undefined {
    const { label, maxQueueSize } = queues.model;
    if (context.cancelled) return new ServerError('CANCELLED', 'the client went away');
    if (this.abandoned) return new ServerError('UNAVAILABLE', 'no worker is running', { retryAfterSeconds: 1 });
    if (queues.waiting >= maxQueueSize) {
      const text = `model '${label.name}': ${queues.waiting} requests are waiting already (max_queue_size ${maxQueueSize})`;
      return new ServerError('RESOURCE_EXHAUSTED', text, { retryAfterSeconds: 1 });
    }
    return undefined;
  }

  private queuesOf(model: ScheduledModel): ModelQueues {
    let queues = this.models.get(model.key);
    if (queues === undefined) {
      queues = { model, bySignature: new Map(), waiting: 0 };
      this.models.set(model.key, queues);
    }
    return queues;
  }

  private queueOf({ model, bySignature }: ModelQueues, signature: string): RequestQueue {
    let queue = bySignature.get(signature);
    if (queue === undefined) {
      if (bySignature.size >= MAX_IDLE_QUEUES) {
        for (const [key, other] of bySignature) if (other.idle) bySignature.delete(key);
      }
      queue = new RequestQueue(signature, model.maxBatchSize, model.maxBatchTimeMs);
      bySignature.set(signature, queue);
    }
    return queue;
  }

  /** A caller may leave its queue; when its batch already runs, only its answer is dropped. */
  private watchCaller(waiting: Waiting, queues: ModelQueues, queue: RequestQueue): void {
    const { context } = waiting;
    const giveUp = (error: ServerError) => {
      if (waiting.done) return;
      if (queue.remove(waiting)) {
        queues.waiting--;
        this.finished(1);
        if (queue.requests === 0) this.active = this.active.filter(entry => entry.queue !== queue);
      }
      waiting.settle(undefined, error);
    };
    context.onCancel = () => giveUp(new ServerError('CANCELLED', 'the client went away'));
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
      const entry = this.active[0];
      const { queue, queues } = entry;
      const worker = this.slots.freeFor(queues.model.key);
      const decision = worker === undefined ? IDLE : this.options.policy(snapshot(queue, now), now);
      if (worker !== undefined && decision.kind === 'dispatch')
        this.dispatch(worker, queues, queue, queue.take(decision.rows), now);
      else {
        undecided--;
        if (decision.kind === 'wait') wakeAt = Math.min(wakeAt, decision.until);
      }
      this.active.shift();
      if (queue.requests > 0) this.active.push(entry);
      else if (decision.kind === 'dispatch') undecided--;
    }
    this.cancelWake?.();
    this.cancelWake = undefined;
    if (wakeAt !== Number.POSITIVE_INFINITY) this.cancelWake = this.options.clock.at(wakeAt, () => this.pump());
  }

  private dispatch(worker: WorkerId, queues: ModelQueues, queue: RequestQueue, taken: Waiting[], now: number): void {
    const batch: Waiting[] = [];
    for (const waiting of taken) {
      const { context } = waiting;
      if (context.cancelled || context.deadline <= now) this.leave(waiting, queues, queue, deadlineExceeded());
      else {
        queues.waiting--;
        batch.push(waiting);
      }
    }
    if (batch.length === 0) return;
    this.slots.take(worker);
    this.inFlight += batch.length;
    const flight: Flight = { worker, batch, disturbed: false };
    this.flights.add(flight);
    void this.serve(flight, queues, batch).finally(() => {
      this.flights.delete(flight);
      this.slots.release(worker);
      this.inFlight -= batch.length;
      queue.answered(batch.length, batch[0].context.timings.inferenceMs);
      const again = batch.filter(waiting => !waiting.done);
      this.finished(batch.length - again.length);
      for (const waiting of again) this.waitAgain(waiting, queues, queue);
      if (this.active.length > 0) this.pump();
    });
  }

  /** For a request whose worker was ended because of another one. */
  private waitAgain(waiting: Waiting, queues: ModelQueues, queue: RequestQueue): void {
    waiting.ranBefore = true;
    if (queue.requests === 0) this.active.push({ queues, queue });
    queue.push(waiting, this.options.clock.now());
    queues.waiting++;
  }

  /** Runs a batch; when the model fails it and it had several callers, each of them once more alone. */
  private async serve(flight: Flight, queues: ModelQueues, batch: readonly Waiting[]): Promise<void> {
    const answer = await this.runBatch(flight, queues, batch);
    if (answer === undefined || answer.ok) return;
    if (batch.length === 1) return batch[0].settle(undefined, errorFromData(answer.error));
    for (const waiting of batch) {
      if (!waiting.done && !flight.disturbed) await this.serve(flight, queues, [waiting]);
    }
  }

  /**
   * Settles all callers unless the model itself failed: then its answer comes back and they are still waiting. So they are when the
   * flight was disturbed.
   */
  private async runBatch(
    flight: Flight,
    { model, waiting }: ModelQueues,
    batch: readonly Waiting[],
  ): Promise<BatchAnswer | undefined> {
    const { clock, pool, telemetry } = this.options;
    const { worker } = flight;
    const started = clock.now();
    const { inFlight } = this;
    const rows = batch.map(waiting => waiting.rows);
    const total = rows.reduce((sum, count) => sum + count, 0);
    const cancelWatchdog = this.watchWorker(worker, model, batch);
    let shares: BatchShare[] | undefined;
    let failure: ServerError | undefined;
    let answer: BatchAnswer | undefined;
    try {
      const frame = mergeRequests(
        model.key,
        batch.map(waiting => waiting.request),
        visibleHeaders(model, batch[0].context.headers),
      );
      answer = await pool.infer(worker, frame);
      if (answer.ok) {
        const { parameters, metricValues } = answer;
        if (metricValues !== undefined) telemetry.metricValues(model.label, metricValues);
        shares = splitOutputs(answer.outputs, rows).map(outputs => ({ outputs, parameters }));
      }
    } catch (error) {
      if (!flight.disturbed) failure = toServerError(error);
    } finally {
      cancelWatchdog();
      const now = clock.now();
      const inferenceMs = answer?.inferenceMs ?? 0;
      telemetry.batchDone(model.label, {
        requests: batch.length,
        rows: total,
        waiting,
        inFlight,
        inferenceMs,
        failed: shares === undefined,
      });
      const settles = shares !== undefined || failure !== undefined;
      for (let i = 0; i < batch.length; i++) {
        const { timings } = batch[i].context;
        timings.dispatched = started;
        timings.answered = now;
        timings.batchRows = total;
        timings.inferenceMs = inferenceMs;
        if (settles) batch[i].settle(shares?.[i], failure);
      }
    }
    return shares === undefined && failure === undefined ? answer : undefined;
  }

  /** Ends a worker that is still busy with this batch after the model's time. */
  private watchWorker(worker: WorkerId, model: ScheduledModel, batch: readonly Waiting[]): CancelTimer {
    const { inferTimeoutMs, label } = model;
    if (inferTimeoutMs === Number.POSITIVE_INFINITY) return () => {};
    const { clock } = this.options;
    return clock.at(clock.now() + inferTimeoutMs, () => {
      const text = `model '${label.name}' did not answer within ${inferTimeoutMs / 1000} s (infer_timeout)`;
      for (const waiting of batch) waiting.settle(undefined, new ServerError('DEADLINE_EXCEEDED', text));
      this.endWorker(worker, text);
    });
  }

  /** What else the worker has is not at fault and may run once more; its callers do not hear of it. */
  private endWorker(worker: WorkerId, reason: string): void {
    for (const flight of this.flights) {
      if (flight.worker === worker) flight.disturbed = !flight.batch.some(waiting => waiting.ranBefore);
    }
    this.workerLost(worker);
    this.options.pool.kill(worker, reason);
  }

  private leave(waiting: Waiting, queues: ModelQueues, queue: RequestQueue, error: ServerError): void {
    queues.waiting--;
    queue.answered(1, queue.inferenceMs);
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
      this.refuseWaiting(new ServerError('UNAVAILABLE', 'no worker is running', { retryAfterSeconds: 1 }));
    });
  }
}

function deadlineExceeded(): ServerError {
  return new ServerError('DEADLINE_EXCEEDED', 'the request was not answered within its time');
}
