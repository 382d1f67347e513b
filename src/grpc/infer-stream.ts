import { Metadata, type ServerDuplexStream } from '@grpc/grpc-js';
import type { RequestContext } from '../core/context.js';
import type { ServerError } from '../core/errors.js';
import type { ModelRef } from '../core/protocol.js';
import { decode } from './codec.js';
import { contextOf } from './context.js';
import { type InferAnswer, type InferOptions, inferStream } from './infer.js';
import { decodeInferRequest } from './infer-request.js';
import { message, one } from './schema.js';
import { callFailure } from './status.js';
import type { StreamForm } from './stream-form.js';

/** Messages of one stream that may be under way; then the client has to wait. */
const MAX_UNDER_WAY = 64;

export interface InferStreamOptions extends InferOptions {
  readonly streamForm: StreamForm;
}

/**
 * One ModelStreamInfer call. Every message is an inference of its own and may share a batch with its neighbours; a model that
 * streams gives several answers to each. Answers go back in the order of the messages. The first failure ends the stream with
 * its status, unless the form of the stream has failures of its own. A message that names no model is for the model of the first message.
 */
export class InferStream {
  private readonly underWay = new Set<RequestContext>();
  /** Settles when every message so far has its answer. */
  private answered: Promise<void> = Promise.resolve();
  private firstTarget: ModelRef | undefined;
  private trailers = new Metadata();
  /** Nothing more is taken. */
  private closed = false;
  /** Nothing more is sent. */
  private over = false;
  private endSend = () => {};

  constructor(
    private readonly call: ServerDuplexStream<Buffer, Buffer>,
    private readonly options: InferStreamOptions,
  ) {
    call.on('data', (message: Buffer) => this.take(message));
    call.on('end', () => this.answered.then(() => this.finish()));
    call.on('cancelled', () => this.abandon());
    call.on('error', () => this.abandon());
  }

  /** Ends the stream when all that it has taken is answered. */
  stop(error: ServerError): void {
    this.closed = true;
    void this.answered.then(() => this.fail(error));
  }

  private take(message: Buffer): void {
    if (this.closed) return;
    const { call, options, underWay } = this;
    const context = contextOf(call, options);
    underWay.add(context);
    if (underWay.size >= MAX_UNDER_WAY) call.pause();
    const answers = this.infer(context, message);
    const first = answers.next();
    // A failure is met when its turn comes.
    first.catch(() => {});
    this.answered = this.answered
      .then(async () => {
        let failed = true;
        try {
          for (let next = await first; !next.done && !this.over; next = await answers.next())
            await this.send(next.value);
          failed = false;
        } catch (error) {
          await this.sendFailure(error, message);
        } finally {
          underWay.delete(context);
          context.trace?.end(failed, {});
          await answers.return(undefined);
        }
        call.resume();
      })
      .catch((error: unknown) => this.fail(error));
  }

  private async *infer(context: RequestContext, message: Buffer): AsyncGenerator<InferAnswer, undefined> {
    const decoded = decodeInferRequest(message);
    this.firstTarget ??= decoded.target;
    const call = decoded.target.name === '' ? { ...decoded, target: this.firstTarget } : decoded;
    return yield* inferStream(this.options, context, call);
  }

  private send({ message, trailers }: InferAnswer): Promise<void> {
    this.trailers = trailers;
    return this.write(this.options.streamForm.answer(message));
  }

  /** In a form that has failures of single requests; else it throws what failed. */
  private async sendFailure(thrown: unknown, request: Buffer): Promise<void> {
    const { streamForm, logger } = this.options;
    if (streamForm.failure === undefined || this.over) throw thrown;
    await this.write(streamForm.failure(callFailure(thrown, this.call, logger).details, idOf(request)));
  }

  /** Settles when the connection can take more, or is gone: grpc-js does not call back then. */
  private write(message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.endSend = resolve;
      this.call.write(message, (error: unknown) => (error ? reject(error) : resolve()));
    });
  }

  private finish(): void {
    if (this.over) return;
    this.over = true;
    this.call.end(this.trailers);
  }

  private fail(error: unknown): void {
    if (!this.over) this.call.emit('error', callFailure(error, this.call, this.options.logger));
  }

  /** Nobody reads any more: what waits leaves its queue, what runs is not disturbed. */
  private abandon(): void {
    this.closed = true;
    this.over = true;
    this.endSend();
    for (const context of this.underWay) context.cancel();
  }
}

/** All that an answer to a request that failed tells of it. Its tensors, perhaps the reason, are passed over. */
const RequestId = message('ModelInferRequest', { id: one(3, 'string') });

/** Of a request that may be none. */
function idOf(request: Buffer): string | undefined {
  try {
    return decode(RequestId, request).id;
  } catch {
    return undefined;
  }
}
