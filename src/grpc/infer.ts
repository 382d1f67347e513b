import { type handleUnaryCall, Metadata, status } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import type { InferResponse } from '../core/protocol.js';
import type { Tracing } from '../core/tracing.js';
import type { CloudEventHeaders } from '../dataplane/cloud-events.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import { splitHeaders } from '../dataplane/response-headers.js';
import type { Logger } from '../logging/logger.js';
import { contextOf } from './context.js';
import { decodeInferRequest, type InferCall } from './infer-request.js';
import { encodeInferResponse } from './infer-response.js';
import { callFailure } from './status.js';

export interface InferOptions {
  readonly dataPlane: DataPlane;
  readonly cloudEvents: CloudEventHeaders;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From arrival to answer; 0 for no limit. */
  readonly requestTimeoutMs: number;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing;
}

export interface InferAnswer {
  readonly message: Buffer;
  readonly trailers: Metadata;
}

async function infer(options: InferOptions, context: RequestContext, call: InferCall): Promise<InferAnswer> {
  return answerOf(options, context, call, await options.dataPlane.infer(context, call.target, call.request));
}

/** The answers to one message of a stream. */
export async function* inferStream(
  options: InferOptions,
  context: RequestContext,
  call: InferCall,
): AsyncGenerator<InferAnswer, undefined> {
  for await (const response of options.dataPlane.inferStream(context, call.target, call.request)) {
    yield answerOf(options, context, call, response);
  }
}

function answerOf(
  { cloudEvents }: InferOptions,
  { trace }: RequestContext,
  { raw }: InferCall,
  answer: InferResponse,
): InferAnswer {
  const { response, headers } = splitHeaders(answer, cloudEvents);
  if (trace !== undefined) headers.push(...trace.headers);
  return { message: encodeInferResponse(response, raw), trailers: trailersOf(headers) };
}

/** ModelInfer. */
export function unaryInfer(options: InferOptions): handleUnaryCall<Buffer, Buffer> {
  const run = async (context: RequestContext, message: Buffer) => infer(options, context, decodeInferRequest(message));
  return (call, callback) => {
    const context = contextOf(call, options);
    call.on('cancelled', () => context.cancel());
    run(context, call.request).then(
      ({ message, trailers }) => {
        callback(null, message, trailers);
        context.trace?.end(false, statusAttribute(status.OK));
      },
      error => {
        const failure = callFailure(error, call, options.logger);
        callback(failure);
        context.trace?.end(true, statusAttribute(failure.code));
      },
    );
  };
}

/** How a traced call ended. */
const statusAttribute = (code: status) => ({ 'rpc.grpc.status_code': code });

/** Binary entries (`-bin`) are written as base64, as those of a request are read; names that gRPC keeps to itself are left out. */
function trailersOf(headers: readonly string[]): Metadata {
  const trailers = new Metadata();
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i];
    const value = headers[i + 1];
    if (!name.startsWith('grpc-')) trailers.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return trailers;
}
