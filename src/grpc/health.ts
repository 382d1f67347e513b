import type { ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { ServerError } from '../core/errors.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { Logger } from '../logging/logger.js';
import { decode, encode } from './codec.js';
import { healthService, ServingStatus } from './health-schema.js';
import { unary } from './methods.js';
import type { OpenCalls } from './open-calls.js';
import { callFailure } from './status.js';

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = ServingStatus.values;

export interface HealthOptions {
  readonly dataPlane: DataPlane;
  readonly openCalls: OpenCalls;
  readonly logger: Logger;
  /** Full names of all services. */
  readonly services: readonly string[];
}

/** grpc.health.v1.Health: all services serve when the server is ready; '' stands for the server. */
export function healthHandlers({
  dataPlane,
  openCalls,
  logger,
  services,
}: HealthOptions): UntypedServiceImplementation {
  const { Check, Watch } = healthService.methods;
  const statusOf = (service: string) => {
    if (service !== '' && !services.includes(service)) return SERVICE_UNKNOWN;
    return dataPlane.ready() ? SERVING : NOT_SERVING;
  };
  return {
    Check: unary(Check, logger, ({ service }) => {
      const status = statusOf(service);
      if (status === SERVICE_UNKNOWN) throw new ServerError('NOT_FOUND', `service: '${service}' is unknown`);
      return { status };
    }),
    Watch: openCalls.track((call: ServerWritableStream<Buffer, Buffer>) => {
      let told: number | undefined;
      try {
        const { service } = decode(Watch.request, call.request);
        const tell = () => {
          const status = statusOf(service);
          if (status !== told) call.write(encode(Watch.response, { status }));
          told = status;
        };
        tell();
        const stop = dataPlane.onPhase(tell);
        call.once('close', stop);
        call.once('error', stop);
      } catch (error) {
        call.emit('error', callFailure(error, call, logger));
      }
    }),
  };
}
