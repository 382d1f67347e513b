import type { Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import { errorFromData, type ServerError } from '../core/errors.js';
import type { InferRequest } from '../core/protocol.js';
import type { Telemetry } from '../core/telemetry.js';
import type { WorkerId, WorkerPool } from '../pool/worker-pool.js';
import type { BatchAnswer } from '../wire/messages.js';
import { mergeRequests } from './batch.js';
import { clientGone, deadlineExceeded, noWorker, tooMany, workerStuck } from './refusals.js';
import type { ScheduledModel } from './scheduled-model.js';
import { visibleHeaders } from './visible-headers.js';
import type { BatchShare } from './waiting.js';

export interface StreamsOptions {
  readonly pool: WorkerPool;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Of a worker for a model (by key): one with less is preferred. */
  readonly unfitness: (worker: WorkerId, model: string) => number;
  /** Ends a worker that does not answer any more. */
  readonly endWorker: (worker: WorkerId, reason: string) => void;
}

/** One open stream. */
interface OpenStream {
  readonly model: ScheduledModel;
  readonly worker: WorkerId;
  /** Ends it with a failure, whatever it is waiting for. */
  readonly end: (error: ServerError) => void;
}

/**
 * Requests with several answers. They take no worker's slot, for a caller may read as slowly as it likes; each goes to the worker
 * with the fewest of them. Of a model as many may be open as may wait in its queue.
 */
export class Streams {
  private readonly workers = new Set<WorkerId>();
  private readonly open = new Set<OpenStream>();

  constructor(private readonly options: StreamsOptions) {}

  addWorker(worker: WorkerId): void {
    this.workers.add(worker);
  }

  removeWorker(worker: WorkerId): void {
    this.workers.delete(worker);
  }

  endAll(error: ServerError): void {
    for (const stream of this.open) stream.end(error);
  }

  /** Each answer is made when it is asked for. The caller must read to the end, or call `return`. */
  async *answers(context: RequestContext, model: ScheduledModel, request: InferRequest): AsyncGenerator<BatchShare> {
    const { pool, clock, telemetry } = this.options;
    const worker = this.workerFor(context, model);
    const frame = mergeRequests(model.key, [request], visibleHeaders(model, context.headers));
    const { timings } = context;
    timings.queued = timings.dispatched = clock.now();
    const answers = pool.stream(worker, frame);
    let failure: ServerError | undefined;
    const end = (error: ServerError) => {
      failure ??= error;
      void answers.return?.();
    };
    const stream: OpenStream = { model, worker, end };
    this.open.add(stream);
    context.onCancel = () => stream.end(clientGone());
    try {
      for (let first = true; ; first = false) {
        const answer = await this.next(answers, stream, first ? context.deadline : Number.POSITIVE_INFINITY);
        if (failure !== undefined) throw failure;
        if (answer === undefined) return;
        timings.answered = clock.now();
        timings.inferenceMs += answer.inferenceMs;
        if (!answer.ok) throw errorFromData(answer.error);
        const { outputs, parameters, metricValues } = answer;
        if (metricValues !== undefined) telemetry.metricValues(model.label, metricValues);
        yield { outputs, parameters };
      }
    } finally {
      context.onCancel = undefined;
      this.open.delete(stream);
      void answers.return?.();
    }
  }

  private workerFor(context: RequestContext, model: ScheduledModel): WorkerId {
    if (context.cancelled) throw clientGone();
    let streams = 0;
    const byWorker = new Map([...this.workers].map(worker => [worker, 0]));
    for (const open of this.open) {
      if (open.model === model) streams++;
      if (byWorker.has(open.worker)) byWorker.set(open.worker, byWorker.get(open.worker)! + 1);
    }
    if (streams >= model.maxQueueSize) throw tooMany(model, `${streams} streams are open already`);
    const unfitness = (worker: WorkerId) => this.options.unfitness(worker, model.key);
    const [best] = [...byWorker].sort(([a, few], [b, many]) => unfitness(a) - unfitness(b) || few - many);
    if (best === undefined) throw noWorker();
    return best[0];
  }

  /** The next answer; undefined when the stream ends first. A worker that takes too long for it counts as hung. */
  private async next(
    answers: AsyncIterator<BatchAnswer, undefined>,
    stream: OpenStream,
    deadline: number,
  ): Promise<BatchAnswer | undefined> {
    const { clock, endWorker } = this.options;
    const { model, worker, end } = stream;
    const timers: (() => void)[] = [];
    if (deadline !== Number.POSITIVE_INFINITY) {
      timers.push(clock.at(deadline, () => end(deadlineExceeded())));
    }
    if (model.inferTimeoutMs !== Number.POSITIVE_INFINITY) {
      const kill = () => {
        const stuck = workerStuck(model);
        end(stuck);
        endWorker(worker, stuck.message);
      };
      timers.push(clock.at(clock.now() + model.inferTimeoutMs, kill));
    }
    try {
      return (await answers.next()).value;
    } finally {
      for (const cancel of timers) cancel();
    }
  }
}
