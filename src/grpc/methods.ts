import type { handleUnaryCall, ServiceDefinition } from '@grpc/grpc-js';
import type { Logger } from '../logging/logger.js';
import type { GrpcMethodMetrics, GrpcMethodName } from '../metrics/grpc-metrics.js';
import { decode, encode } from './codec.js';
import type { Draft, MessageType, ProtoFile, Rpc, Values } from './schema.js';
import { callFailure } from './status.js';

const CALL_TYPE = { unary: 'UNARY', response: 'SERVER_STREAMING', both: 'BIDI_STREAMING' } as const;

/** `inference.GRPCInferenceService` */
export function serviceName({ package: name, service }: ProtoFile): string {
  return `${name}.${service.name}`;
}

/** A file's service as grpc-js takes it. Messages stay bytes: grpc-js would answer INTERNAL to what cannot be decoded. */
export function serviceDefinition(
  file: ProtoFile,
  metricsOf: (name: GrpcMethodName, path: string) => GrpcMethodMetrics,
): ServiceDefinition {
  const service = serviceName(file);
  const definition: Record<string, ServiceDefinition[string]> = {};
  for (const [method, { stream }] of Object.entries(file.service.methods)) {
    const path = `/${service}/${method}`;
    const metrics = metricsOf({ type: CALL_TYPE[stream ?? 'unary'], service, method }, path);
    definition[method] = {
      path,
      requestStream: stream === 'both',
      responseStream: stream !== undefined,
      requestSerialize: asItIs,
      requestDeserialize(message) {
        metrics.messageReceived();
        return message;
      },
      responseSerialize(message) {
        metrics.messageSent();
        return message;
      },
      responseDeserialize: asItIs,
    };
  }
  return definition;
}

function asItIs(message: Buffer): Buffer {
  return message;
}

/** A method that answers one message with one, over plain values; any failure becomes the status of the call. */
export function unary<Q extends MessageType, A extends MessageType>(
  { request, response }: Rpc<Q, A>,
  logger: Logger,
  answer: (request: Values<Q>) => Draft<A> | Promise<Draft<A>>,
): handleUnaryCall<Buffer, Buffer> {
  const run = async (message: Buffer) => encode(response, await answer(decode(request, message)));
  return (call, callback) => {
    run(call.request).then(
      message => callback(null, message),
      error => callback(callFailure(error, call, logger)),
    );
  };
}
