import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import type { ServerError } from '../core/errors.js';
import { statusOf } from './status.js';

type StreamingCall = ServerDuplexStream<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

/** Ends a call with a failure as soon as what the client has sent is answered. */
export type StopCall = (error: ServerError) => void;

/** The streams that are open: a client may keep one for ever, so the server ends them when it closes. */
export class OpenCalls {
  private readonly calls = new Map<StreamingCall, StopCall>();
  private stopped: ServerError | undefined;

  /** A handler of a streaming method whose calls are known from here on. Without an answer of `handle` they may be ended at any time. */
  track<C extends StreamingCall>(handle: (call: C) => StopCall | undefined): (call: C) => void {
    return call => {
      const stop = handle(call) ?? (error => call.emit('error', statusOf(error)));
      if (this.stopped !== undefined) return stop(this.stopped);
      this.calls.set(call, stop);
      call.once('close', () => this.calls.delete(call));
    };
  }

  /** Stops all calls, and those that are still to come. */
  stop(error: ServerError): void {
    this.stopped = error;
    for (const stop of this.calls.values()) stop(error);
  }
}
