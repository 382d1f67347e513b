import type { Registry } from 'prom-client';
import { SECONDS } from './buckets.js';
import type { NumberCell } from './cells.js';
import { type CounterFamily, counter, type HistogramFamily, histogram } from './metric-family.js';

/** gRPC's status codes: the index is the number on the wire. */
const GRPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];
const UNKNOWN = GRPC_CODES.indexOf('UNKNOWN');

const METHOD_LABELS = ['grpc_type', 'grpc_service', 'grpc_method'] as const;
type MethodLabel = (typeof METHOD_LABELS)[number];

export interface GrpcMethodName {
  readonly type: 'UNARY' | 'CLIENT_STREAMING' | 'SERVER_STREAMING' | 'BIDI_STREAMING';
  /** With its package: 'inference.GRPCInferenceService'. */
  readonly service: string;
  readonly method: string;
}

/** Counts calls of one method: every `started` is followed by one `handled`. */
export interface GrpcMethodMetrics {
  started(): void;
  /** `code` is the number of the status that the client got. */
  handled(code: number, seconds: number): void;
  messageReceived(): void;
  messageSent(): void;
}

/** Metrics of gRPC calls. A transport asks for those of each method once, when it registers the method. */
export class GrpcMetrics {
  private readonly started: CounterFamily<MethodLabel>;
  private readonly handled: CounterFamily<MethodLabel | 'grpc_code'>;
  private readonly duration: HistogramFamily<MethodLabel>;
  private readonly received: CounterFamily<MethodLabel>;
  private readonly sent: CounterFamily<MethodLabel>;

  constructor(registry: Registry) {
    const labels = METHOD_LABELS;
    this.started = counter(registry, { name: 'grpc_server_started_total', help: 'gRPC calls begun', labels });
    this.handled = counter(registry, {
      name: 'grpc_server_handled_total',
      help: 'gRPC calls ended, by the status that the client got',
      labels: [...labels, 'grpc_code'],
    });
    this.duration = histogram(registry, SECONDS, {
      name: 'grpc_server_handling_seconds',
      help: 'Time from the start of a gRPC call to its end',
      labels,
    });
    this.received = counter(registry, {
      name: 'grpc_server_msg_received_total',
      help: 'gRPC messages that clients sent',
      labels,
    });
    this.sent = counter(registry, {
      name: 'grpc_server_msg_sent_total',
      help: 'gRPC messages sent to clients',
      labels,
    });
  }

  method({ type, service, method }: GrpcMethodName): GrpcMethodMetrics {
    const labels = { grpc_type: type, grpc_service: service, grpc_method: method };
    const started = this.started.cell(labels);
    const duration = this.duration.cell(labels);
    const received = this.received.cell(labels);
    const sent = this.sent.cell(labels);
    const byCode: NumberCell[] = [];
    return {
      started() {
        started.value++;
      },
      handled: (code, seconds) => {
        const known = GRPC_CODES[code] === undefined ? UNKNOWN : code;
        byCode[known] ??= this.handled.cell({ ...labels, grpc_code: GRPC_CODES[known] });
        byCode[known].value++;
        duration.observe(seconds);
      },
      messageReceived() {
        received.value++;
      },
      messageSent() {
        sent.value++;
      },
    };
  }
}
