import type { Clock } from '../core/clock.js';
import { RequestContext } from '../core/context.js';
import { type ServerError, toServerError } from '../core/errors.js';
import type { SpanAttributes } from '../core/request-trace.js';
import { httpStatus } from '../core/status.js';
import type { Tracing } from '../core/tracing.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { Logger } from '../logging/logger.js';
import type { KafkaMetrics } from '../metrics/kafka-metrics.js';
import { type AnswerOptions, answerRecord, failureRecord, type Origin } from './answer-record.js';
import { type Attempt, Dispatcher, type DispatcherLimits } from './dispatcher.js';
import type { InputBatch, InputMessage, KafkaSession, OutputRecord } from './driver.js';
import { headerTexts } from './headers.js';
import { Outbox } from './outbox.js';
import { type ReadOptions, readMessage } from './request-message.js';

export interface RelayOptions {
  readonly dataPlane: DataPlane;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing;
  readonly inputTopic: string;
  readonly exactlyOnce: boolean;
  readonly limits: DispatcherLimits;
  readonly read: ReadOptions;
  readonly answer: AnswerOptions;
}

/** A message on its way from the input topic to its answer. */
class Work implements Origin {
  /** The answer, or what takes its place. */
  record: OutputRecord | undefined;
  /** Of the attempt that is under way or was the last one. */
  context: RequestContext | undefined;
  /** Why it cannot be served. */
  error: ServerError | undefined;
  /** A worker has died while it had this message, and others perhaps. */
  suspect = false;
  abandoned = false;
  /** Records that the brokers did not take. */
  tooLarge = 0;

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly message: InputMessage,
  ) {}

  get offset(): number {
    return this.message.offset;
  }

  get settled(): boolean {
    return this.record !== undefined;
  }

  get bytes(): number {
    return this.message.value?.byteLength ?? 0;
  }
}

/** What goes along with the reason when a record is too large, the first time and the next ones. */
const LESS: readonly ((message: InputMessage) => InputMessage)[] = [
  message => message,
  message => ({ ...message, value: null }),
  ({ offset }) => ({ offset, key: null, value: null, headers: {} }),
];

/**
 * Answers the messages of one session: many at the same time, the answers of each partition in the order of its messages. It ends
 * with its session; what was not acknowledged by then comes again in the next.
 */
export class Relay {
  private readonly dispatcher: Dispatcher<Work>;
  private readonly outbox: Outbox<Work>;
  private readonly ends = new Map<number, number>();
  private held: Promise<void> | undefined;
  private release = () => {};

  /** `failed` is told when answers cannot be written. */
  constructor(
    private readonly options: RelayOptions,
    failed: (error: Error) => void,
  ) {
    const { clock, limits, exactlyOnce } = options;
    this.dispatcher = new Dispatcher({ clock, limits, attempt: work => this.attempt(work) });
    this.outbox = new Outbox<Work>({
      clock,
      exactlyOnce,
      failed,
      acknowledged: works => this.acknowledged(works),
      dropped: works => this.dropped(works),
      tooLarge: (work, error) => this.makeSmaller(work, error),
    });
  }

  /** Answers can be written from now on. */
  open(session: KafkaSession): void {
    this.outbox.open(session);
  }

  assigned(partitions: readonly number[]): void {
    this.outbox.assign(partitions);
    for (const partition of this.ends.keys()) if (!partitions.includes(partition)) this.ends.delete(partition);
    this.dispatcher.pump();
    this.gauge();
  }

  /** Takes the messages over. Settles when there is room for more. */
  async batch({ partition, messages, end }: InputBatch): Promise<void> {
    if (this.held !== undefined) return this.held;
    const { dispatcher, outbox, options } = this;
    this.ends.set(partition, end);
    outbox.seen(partition, end);
    for (const message of messages) {
      const work = new Work(options.inputTopic, partition, message);
      if (!outbox.take(work)) continue;
      dispatcher.push(work);
      options.metrics.messages.value++;
    }
    dispatcher.pump();
    this.gauge();
    if (!dispatcher.full) return;
    options.metrics.paused.value = 1;
    await dispatcher.room();
    options.metrics.paused.value = 0;
    return this.held;
  }

  /** Answers what is under way and commits it; the rest comes again elsewhere. Rejects when that cannot be written. */
  async finish(): Promise<void> {
    this.held ??= new Promise(resolve => {
      this.release = resolve;
    });
    await this.dispatcher.stop();
    await this.outbox.flush();
    this.release();
  }

  /** Gives everything up. */
  abandon(): void {
    for (const work of this.outbox.close()) leave(work);
    this.dispatcher.drop(() => true);
    void this.dispatcher.stop();
    this.held ??= Promise.resolve();
    this.release();
    const { inFlight, paused, lag } = this.options.metrics;
    inFlight.value = paused.value = lag.value = 0;
  }

  private async attempt(work: Work): Promise<Attempt> {
    const { dataPlane, read, answer } = this.options;
    const headers = headerTexts(work.message.headers);
    const context = this.contextOf(work, headers);
    work.context = context;
    try {
      const { target, request } = readMessage(work.message, headers, read);
      const response = await dataPlane.infer(context, target, request);
      work.record = answerRecord(work, request, response, context.trace?.headers ?? [], answer);
    } catch (thrown) {
      if (work.abandoned) return 'answered';
      const error = toServerError(thrown);
      const outcome = outcomeOf(error, context);
      if (outcome === 'refused' || (outcome === 'suspect' && !work.suspect)) {
        work.suspect ||= outcome === 'suspect';
        context.trace?.end(true, errorAttribute(error));
        work.context = undefined;
        return outcome;
      }
      work.record = this.failure(work, error);
    }
    if (!work.abandoned) this.outbox.settled();
    return 'answered';
  }

  private contextOf(work: Work, headers: Readonly<Record<string, string>>): RequestContext {
    const { clock, tracing } = this.options;
    // Nobody waits for the answer, so that there is no time after which it comes too late.
    const context = new RequestContext(Number.POSITIVE_INFINITY, headers);
    context.timings.received = clock.now();
    context.trace = tracing?.begin(context, `process ${work.topic}`, {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': work.topic,
      'messaging.destination.partition.id': String(work.partition),
      'messaging.kafka.offset': work.offset,
    });
    return context;
  }

  private failure(work: Work, error: ServerError, message = work.message): OutputRecord {
    const { logger, metrics, answer } = this.options;
    const { topic, partition, offset } = work;
    if (work.error === undefined) metrics.deadLetter(httpStatus(error));
    work.error = error;
    logger.warning(`Message ${topic}/${partition}@${offset} cannot be served: ${error.message}`, {
      error: error.cause,
    });
    return failureRecord({ topic, partition, message }, error, work.context?.trace?.headers ?? [], answer);
  }

  /** Instead of the answer the reason, at last alone. */
  private makeSmaller(work: Work, error: ServerError): boolean {
    const less = LESS[work.tooLarge++];
    if (less !== undefined) work.record = this.failure(work, error, less(work.message));
    return less !== undefined;
  }

  private dropped(works: readonly Work[]): void {
    for (const work of works) {
      leave(work);
      this.dispatcher.release(work);
    }
    this.dispatcher.drop(work => work.abandoned);
  }

  private acknowledged(works: readonly Work[]): void {
    this.options.metrics.answers.value += works.length;
    for (const work of works) {
      this.dispatcher.release(work);
      const { abandoned, context, error } = work;
      if (!abandoned) context?.trace?.end(error !== undefined, error === undefined ? {} : errorAttribute(error));
    }
    this.dispatcher.pump();
    this.gauge();
  }

  private gauge(): void {
    const { metrics } = this.options;
    metrics.inFlight.value = this.dispatcher.inFlight;
    let lag = 0;
    for (const [partition, end] of this.ends) lag += Math.max(0, end - (this.outbox.position(partition) ?? end));
    metrics.lag.value = lag;
  }
}

/** Nobody will answer it here. */
function leave(work: Work): void {
  work.abandoned = true;
  work.context?.cancel();
  work.context?.trace?.end(true, { 'error.type': 'CANCELLED' });
}

function errorAttribute({ code }: ServerError): SpanAttributes {
  return { 'error.type': code };
}

/** A request has no deadline of its own here: the time that has run out is the model's, and its worker was ended. */
function outcomeOf({ code }: ServerError, { timings }: RequestContext): Attempt {
  if (code === 'DEADLINE_EXCEEDED') return 'suspect';
  if (code !== 'UNAVAILABLE' && code !== 'RESOURCE_EXHAUSTED') return 'answered';
  // Said by the server before there was a worker for it, or of this very request: by its model, or by the end of its worker.
  return timings.dispatched === 0 ? 'refused' : 'suspect';
}
