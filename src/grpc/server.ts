import { logVerbosity, Server, setLogVerbosity, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Clock } from '../core/clock.js';
import { stopping } from '../core/errors.js';
import type { Tracing } from '../core/tracing.js';
import { CloudEventHeaders } from '../dataplane/cloud-events.js';
import type { DataPlane } from '../dataplane/dataplane.js';
import type { RepositoryAdmin } from '../dataplane/repository-admin.js';
import type { Logger } from '../logging/logger.js';
import type { GrpcMethodMetrics, GrpcMetrics } from '../metrics/grpc-metrics.js';
import { healthHandlers } from './health.js';
import { healthFile } from './health-schema.js';
import { inferenceFile } from './inference-schema.js';
import { inferenceHandlers } from './inference-service.js';
import { listen } from './listener.js';
import { serviceDefinition, serviceName } from './methods.js';
import { observer } from './observe.js';
import { OpenCalls } from './open-calls.js';
import { reflectionHandlers } from './reflection.js';
import { reflectionFiles } from './reflection-schema.js';
import { repositoryFile, repositoryService } from './repository-schema.js';
import { repositoryHandlers } from './repository-service.js';
import type { ProtoFile } from './schema.js';
import { STREAM_FORMS } from './stream-form.js';

export interface GrpcOptions {
  readonly dataPlane: DataPlane;
  readonly repository: RepositoryAdmin;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GrpcMetrics;
  readonly serverName: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Of one message in either direction; -1: unlimited, null: 64 MiB for requests, unlimited for answers. */
  readonly maxMessageBytes: number | null;
  /** From the arrival of a message to its answer; 0 for no limit. */
  readonly requestTimeoutMs: number;
  /** Whose form the answers of ModelStreamInfer have. */
  readonly streamForm: keyof typeof STREAM_FORMS;
  /** Undefined: nothing is traced. */
  readonly tracing?: Tracing;
  /** Between pings, and for the answer to one; `PING_MS` if nothing is said. */
  readonly pingMs?: number;
}

export interface GrpcServer {
  readonly url: string;
  /** Takes no new calls, ends streams, and settles when all that was sent is answered. */
  close(): Promise<void>;
  /** Breaks what is still open, answered or not. */
  cut(): void;
}

const DEFAULT_MAX_REQUEST_BYTES = 64 * 1024 * 1024;
/** Calls of one connection at the same time; a client's further calls wait on its side. */
const MAX_CONCURRENT_CALLS = 1024;
/** A client that takes nothing any more, or is gone without a word, does not answer either. */
const PING_MS = 60_000;

/** The gRPC transport. Rejects with FAILED_PRECONDITION when it cannot listen. */
export async function startGrpcServer(options: GrpcOptions): Promise<GrpcServer> {
  // grpc-js writes to standard error on its own, for instance about a header that a client made up.
  setLogVerbosity(logVerbosity.NONE);
  const { clock, logger, maxMessageBytes, pingMs = PING_MS } = options;
  const methods = new Map<string, GrpcMethodMetrics>();
  const server = new Server({
    'grpc.max_receive_message_length': maxMessageBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    'grpc.max_send_message_length': maxMessageBytes ?? -1,
    'grpc.max_concurrent_streams': MAX_CONCURRENT_CALLS,
    'grpc.keepalive_time_ms': pingMs,
    'grpc.keepalive_timeout_ms': pingMs,
    'grpc.enable_channelz': 0,
    interceptors: [observer({ clock, logger, methods })],
  });
  const openCalls = new OpenCalls();
  addServices(server, options, openCalls, methods);
  const listener = await listen(server, options.host, options.port);
  return {
    url: listener.url,
    async close() {
      listener.close();
      openCalls.stop(stopping());
      await new Promise(resolve => server.tryShutdown(resolve));
    },
    cut: () => listener.cut(),
  };
}

function addServices(
  server: Server,
  options: GrpcOptions,
  openCalls: OpenCalls,
  methods: Map<string, GrpcMethodMetrics>,
): void {
  const { dataPlane, repository, clock, logger, metrics, requestTimeoutMs, tracing } = options;
  const cloudEvents = new CloudEventHeaders(options.serverName);
  const streamForm = STREAM_FORMS[options.streamForm];
  const files = [inferenceFile, repositoryFile, healthFile, ...reflectionFiles];
  const inference = {
    dataPlane,
    repository,
    cloudEvents,
    clock,
    logger,
    requestTimeoutMs,
    tracing,
    openCalls,
    streamForm,
  };
  const reflection = reflectionHandlers({ files, openCalls, logger });
  const services: readonly (readonly [ProtoFile, UntypedServiceImplementation])[] = [
    [inferenceFile, inferenceHandlers(inference)],
    [repositoryFile, repositoryHandlers(repositoryService.methods, repository, logger)],
    [healthFile, healthHandlers({ dataPlane, openCalls, logger, services: files.map(serviceName) })],
    ...reflectionFiles.map(file => [file, reflection] as const),
  ];
  for (const [file, handlers] of services) {
    const definition = serviceDefinition(file, (name, path) => {
      const method = metrics.method(name);
      methods.set(path, method);
      return method;
    });
    server.addService(definition, handlers);
  }
}
