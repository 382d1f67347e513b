import { Server, ServerCredentials } from '@grpc/grpc-js';
import { decode } from '../../src/grpc/codec.js';
import { many, message, one } from '../../src/grpc/schema.js';
import type { Lifetime } from './lifetime.js';
import { until } from './until.js';

/* What is looked at of OTLP's messages (opentelemetry/proto/collector/trace/v1). Times are fixed64, read as the bits of a double. */
const AnyValue = message('AnyValue', { string_value: one(1, 'string'), int_value: one(3, 'int64') });
const KeyValue = message('KeyValue', { key: one(1, 'string'), value: one(2, AnyValue) });
const Status = message('Status', { code: one(3, 'int32') });
const Span = message('Span', {
  trace_id: one(1, 'bytes'),
  span_id: one(2, 'bytes'),
  trace_state: one(3, 'string'),
  parent_span_id: one(4, 'bytes'),
  name: one(5, 'string'),
  start_time_unix_nano: one(7, 'double'),
  end_time_unix_nano: one(8, 'double'),
  attributes: many(9, KeyValue),
  status: one(15, Status),
});
const ScopeSpans = message('ScopeSpans', { spans: many(2, Span) });
const Resource = message('Resource', { attributes: many(1, KeyValue) });
const ResourceSpans = message('ResourceSpans', { resource: one(1, Resource), scope_spans: many(2, ScopeSpans) });
const ExportRequest = message('ExportTraceServiceRequest', { resource_spans: many(1, ResourceSpans) });

export interface SpanSeen {
  readonly service: string;
  readonly trace: string;
  readonly id: string;
  readonly parent: string;
  readonly state: string;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string>>;
  readonly failed: boolean;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const nanoseconds = (bits: number) => new BigUint64Array(Float64Array.of(bits).buffer)[0];
const ERROR = 2;

/** A collector of traces, as OTLP over gRPC has it. */
export class SpanCollector {
  readonly spans: SpanSeen[] = [];

  private constructor(readonly address: string) {}

  static async start(t: Lifetime): Promise<SpanCollector> {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    t.after(() => server.forceShutdown());
    const collector = new SpanCollector(`127.0.0.1:${port}`);
    const asItIs = (bytes: Buffer) => bytes;
    const Export = {
      path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: asItIs,
      requestDeserialize: asItIs,
      responseSerialize: asItIs,
      responseDeserialize: asItIs,
    };
    server.addService(
      { Export },
      {
        Export({ request }: { request: Buffer }, callback: (error: null, answer: Buffer) => void) {
          collector.take(request);
          callback(null, Buffer.alloc(0));
        },
      },
    );
    return collector;
  }

  /** The spans of one name, as soon as there is one. */
  async named(name: string): Promise<readonly SpanSeen[]> {
    const found = () => this.spans.filter(span => span.name === name);
    await until(() => found().length > 0);
    return found();
  }

  private take(request: Buffer): void {
    for (const { resource, scope_spans } of decode(ExportRequest, request).resource_spans) {
      const service = attributesOf(resource?.attributes ?? [])['service.name'];
      for (const span of scope_spans.flatMap(scope => scope.spans)) {
        this.spans.push({
          service,
          trace: hex(span.trace_id),
          id: hex(span.span_id),
          parent: hex(span.parent_span_id),
          state: span.trace_state,
          name: span.name,
          startNs: nanoseconds(span.start_time_unix_nano),
          endNs: nanoseconds(span.end_time_unix_nano),
          attributes: attributesOf(span.attributes),
          failed: span.status?.code === ERROR,
        });
      }
    }
  }
}

interface Pair {
  readonly key: string;
  readonly value?: { readonly string_value: string; readonly int_value: bigint | number };
}

function attributesOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value?.string_value || String(value?.int_value)]));
}
