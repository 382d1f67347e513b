import type { MessagePort } from 'node:worker_threads';
import type { BatchAnswer, StreamAnswer } from '../wire/messages.js';

/**
 * A stream of answers that a worker makes, one at a time, each when it is asked for. `next` rejects when the worker is lost.
 * `return` ends the stream at once, even while an answer is awaited.
 */
export class RemoteStream implements AsyncIterator<BatchAnswer, undefined> {
  private over = false;
  private failure: unknown;
  /** Settles an answer that is awaited. */
  private settle: { resolve: (answer: StreamAnswer) => void; reject: (error: unknown) => void } | undefined;

  /** `task` is the worker's part: it rejects when the worker is lost. */
  constructor(
    private readonly port: MessagePort,
    task: Promise<unknown>,
  ) {
    port.on('message', (answer: StreamAnswer) => this.settle?.resolve(answer));
    task.catch((error: unknown) => this.fail(error));
  }

  async next(): Promise<IteratorResult<BatchAnswer, undefined>> {
    if (this.failure !== undefined) throw this.failure;
    if (this.over) return { done: true, value: undefined };
    const answer = await new Promise<StreamAnswer>((resolve, reject) => {
      this.settle = { resolve, reject };
      this.port.postMessage(undefined);
    });
    if (answer !== undefined) return { done: false, value: answer };
    this.end();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<BatchAnswer, undefined>> {
    this.end();
    return { done: true, value: undefined };
  }

  private fail(error: unknown): void {
    if (this.over) return;
    this.failure = error;
    this.settle?.reject(error);
    this.end();
  }

  /** Closing the port tells the worker. */
  private end(): void {
    this.over = true;
    this.settle?.resolve(undefined);
    this.port.close();
  }
}
