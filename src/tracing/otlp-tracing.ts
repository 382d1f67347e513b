import { setTimeout as delay } from 'node:timers/promises';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type HrTime,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import type { RequestTrace, SpanAttributes } from '../core/request-trace.js';
import type { Tracing } from '../core/tracing.js';

export interface OtlpTracingOptions {
  /** URL of a collector that takes OTLP over gRPC: `http://host:port`, or `https:` for TLS. */
  readonly collector: string;
  readonly serviceName: string;
  readonly serviceVersion: string;
  readonly clock: Clock;
  /** Called for what could not be sent, at most once in a while. */
  readonly failed: (error: Error) => void;
}

/** How long the last spans may take to be sent. */
const FLUSH_MS = 1_000;
/** Between two words about a collector that cannot be reached. */
const COMPLAIN_EVERY_MS = 60_000;

/**
 * Spans by OpenTelemetry: one for each request, made when it arrives, so that the sampler decides (OTEL_TRACES_SAMPLER; by default
 * with the caller, who is followed) and its id can go out; its parts - queue, batch, worker, encode - from the timings when it
 * ends. Sent in the background; what a collector does not take is dropped.
 */
export class OtlpTracing implements Tracing {
  private readonly provider: BasicTracerProvider;
  private readonly tracer: Tracer;
  private readonly propagator = new W3CTraceContextPropagator();
  /** The wall clock's milliseconds at 0 of ours. Given numbers, each span would find that out for itself, and parts overlap. */
  private readonly origin: number;
  private complainedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: OtlpTracingOptions) {
    const { collector, serviceName, serviceVersion, clock } = options;
    this.origin = Date.now() - clock.now();
    const exporter = new OTLPTraceExporter({ url: collector });
    const attributes = { 'service.name': serviceName, 'service.version': serviceVersion };
    this.provider = new BasicTracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(attributes)),
      spanProcessors: [new BatchSpanProcessor(exporter)],
    });
    this.tracer = this.provider.getTracer('modelyard', serviceVersion);
    setGlobalErrorHandler(error => this.complain(error));
  }

  begin(context: RequestContext, name: string, attributes: SpanAttributes): RequestTrace | undefined {
    const { tracer, propagator } = this;
    const caller = propagator.extract(ROOT_CONTEXT, context.headers, defaultTextMapGetter);
    const startTime = this.time(context.timings.received);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, startTime, attributes }, caller);
    if (!span.isRecording()) return undefined;
    const inside = trace.setSpan(caller, span);
    const carrier: Record<string, string> = {};
    propagator.inject(inside, carrier, defaultTextMapSetter);
    const request: RequestTrace = {
      model: undefined,
      headers: Object.entries(carrier).flat(),
      end: (failed, more) => {
        const now = this.options.clock.now();
        this.parts(inside, context, now);
        const { model } = request;
        if (model !== undefined) {
          span.setAttributes({ 'modelyard.model.name': model.name, 'modelyard.model.version': model.version });
        }
        span.setAttributes(more);
        if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(this.time(now));
      },
    };
    return request;
  }

  async close(): Promise<void> {
    const flushed = this.provider.shutdown().catch((error: Error) => this.complain(error));
    await Promise.race([flushed, delay(FLUSH_MS, undefined, { ref: false })]);
  }

  /** A request that was refused or answered by the cache has fewer parts. */
  private parts(parent: Context, { timings }: RequestContext, now: number): void {
    const { queued, dispatched, answered, batchRows, inferenceMs } = timings;
    if (queued === 0) return;
    this.part('queue', parent, queued, dispatched || now);
    if (dispatched === 0) return;
    const batch = this.part('batch', parent, dispatched, answered || now, { 'modelyard.batch.rows': batchRows });
    // The worker tells how long it took, not when.
    if (inferenceMs > 0) this.part('worker', batch, Math.max(dispatched, answered - inferenceMs), answered);
    if (answered > 0) this.part('encode', parent, answered, now);
  }

  private part(name: string, parent: Context, start: number, end: number, attributes: SpanAttributes = {}): Context {
    const startTime = this.time(start);
    const span = this.tracer.startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes }, parent);
    span.end(this.time(Math.max(start, end)));
    return trace.setSpan(parent, span);
  }

  /** Seconds and nanoseconds since 1970. */
  private time(clockMs: number): HrTime {
    const ms = this.origin + clockMs;
    return [Math.floor(ms / 1000), Math.floor((ms % 1000) * 1e6)];
  }

  private complain(error: unknown): void {
    const now = this.options.clock.now();
    if (now - this.complainedAt < COMPLAIN_EVERY_MS) return;
    this.complainedAt = now;
    this.options.failed(error instanceof Error ? error : new Error(String(error)));
  }
}
