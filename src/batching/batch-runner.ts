import type { CancelTimer, Clock } from '../core/clock.js';
import { errorFromData, type ServerError, toServerError } from '../core/errors.js';
import type { Telemetry } from '../core/telemetry.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import type { BatchAnswer } from '../wire/messages.js';
import { mergeRequests, splitOutputs } from './batch.js';
import type { Backlog } from './queue.js';
import { workerStuck } from './refusals.js';
import type { ScheduledModel } from './scheduled-model.js';
import { visibleHeaders } from './visible-headers.js';
import type { BatchShare, Waiting } from './waiting.js';

export interface BatchRunnerOptions {
  readonly pool: WorkerPool;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Ends a worker that does not answer any more. */
  readonly endWorker: (worker: WorkerId, reason: string) => void;
}

/** A batch that a worker has. */
interface Flight {
  readonly worker: WorkerId;
  readonly batch: readonly Waiting[];
  /** The worker was ended because of another one. */
  disturbed: boolean;
}

/** Serves batches: each on its worker, every caller with its share of the outputs or with the failure. */
export class BatchRunner {
  private readonly flights = new Set<Flight>();
  /** Requests that workers have. */
  private inFlight = 0;

  constructor(private readonly options: BatchRunnerOptions) {}

  /**
   * Runs a batch; when the model fails it and it had several callers, each of them once more alone. All callers are settled when
   * the promise settles, unless the batch was disturbed: those that are not may run again.
   */
  async run(worker: WorkerId, backlog: Backlog, batch: readonly Waiting[]): Promise<void> {
    const flight: Flight = { worker, batch, disturbed: false };
    this.flights.add(flight);
    this.inFlight += batch.length;
    try {
      const failure = await this.attempt(flight, backlog, batch);
      if (failure === undefined) return;
      if (batch.length === 1) return batch[0].settle(undefined, failure);
      for (const waiting of batch) {
        if (waiting.done || flight.disturbed) continue;
        const itsOwn = await this.attempt(flight, backlog, [waiting]);
        if (itsOwn !== undefined) waiting.settle(undefined, itsOwn);
      }
    } finally {
      this.inFlight -= batch.length;
      this.flights.delete(flight);
    }
  }

  /**
   * The worker is to be ended because of one batch. What else it has is not at fault: its callers do not hear of it, but for
   * requests that were in this place before.
   */
  disturb(worker: WorkerId): void {
    for (const flight of this.flights) {
      if (flight.worker === worker) flight.disturbed = !flight.batch.some(waiting => waiting.ranBefore);
    }
  }

  /** Settles all callers, unless the model itself failed - then that comes back - or the flight was disturbed. */
  private async attempt(
    flight: Flight,
    { model, waiting }: Backlog,
    batch: readonly Waiting[],
  ): Promise<ServerError | undefined> {
    const { clock, pool, telemetry } = this.options;
    const { worker } = flight;
    const started = clock.now();
    const { inFlight } = this;
    const rows = batch.map(waiting => waiting.rows);
    const total = rows.reduce((sum, count) => sum + count, 0);
    const cancelWatchdog = this.watchWorker(worker, model, batch);
    let answer: BatchAnswer | undefined;
    let shares: BatchShare[] | undefined;
    let failure: ServerError | undefined;
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
    }
    cancelWatchdog();
    const answered = clock.now();
    const inferenceMs = answer?.inferenceMs ?? 0;
    const failed = shares === undefined;
    telemetry.batchDone(model.label, { requests: batch.length, rows: total, waiting, inFlight, inferenceMs, failed });
    const settles = shares !== undefined || failure !== undefined;
    for (let i = 0; i < batch.length; i++) {
      const { timings } = batch[i].context;
      timings.dispatched = started;
      timings.answered = answered;
      timings.batchRows = total;
      timings.inferenceMs = inferenceMs;
      if (settles) batch[i].settle(shares?.[i], failure);
    }
    return settles || answer === undefined || answer.ok ? undefined : errorFromData(answer.error);
  }

  /** Ends a worker that is still busy with this batch after the model's time. */
  private watchWorker(worker: WorkerId, model: ScheduledModel, batch: readonly Waiting[]): CancelTimer {
    if (model.inferTimeoutMs === Number.POSITIVE_INFINITY) return () => {};
    const { clock, endWorker } = this.options;
    return clock.at(clock.now() + model.inferTimeoutMs, () => {
      const stuck = workerStuck(model);
      for (const waiting of batch) waiting.settle(undefined, stuck);
      endWorker(worker, stuck.message);
    });
  }
}
