import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import type { ServerError } from '../core/errors.js';
import { statusOf } from './status.js';

type StreamingCall = ServerDuplexStream<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>;

/** The streams that are open: a client may keep one for ever, so the server ends them when it closes. */
export class OpenCalls {
  private readonly calls = new Set<StreamingCall>();

  /** A handler of a streaming method whose calls are known from here on. */
  track<C extends StreamingCall>(handle: (call: C) => void): (call: C) => void {
    return call => {
      this.calls.add(call);
      call.once('close', () => this.calls.delete(call));
      handle(call);
    };
  }

  endAll(error: ServerError): void {
    for (const call of this.calls) call.emit('error', statusOf(error));
  }
}
