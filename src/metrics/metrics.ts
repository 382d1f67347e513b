import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Clock } from '../core/clock.js';
import type { ModelLabel } from '../core/protocol.js';
import type { ModelStateName, Telemetry } from '../core/telemetry.js';
import { GrpcMetrics } from './grpc-metrics.js';
import { ModelMetrics } from './model-metrics.js';
import { RestMetrics } from './rest-metrics.js';

export interface MetricsOptions {
  readonly clock: Clock;
  /** What the names of REST metrics begin with. */
  readonly restPrefix: string;
  /** Requests that wait, by model version; read at every scrape. */
  readonly queueDepths: () => Iterable<{ readonly label: ModelLabel; readonly waiting: number }>;
  /** Every model version that is meant to serve; read at every scrape. */
  readonly models: () => Iterable<{ readonly label: ModelLabel; readonly state: ModelStateName }>;
}

/** All metrics of one server. `registry.metrics()` is the text that Prometheus reads. */
export interface ServerMetrics {
  readonly registry: Registry;
  readonly telemetry: Telemetry;
  readonly rest: RestMetrics;
  readonly grpc: GrpcMetrics;
}

/** Throws INVALID_ARGUMENT when `restPrefix` cannot start a metric's name. */
export function createMetrics({ clock, restPrefix, queueDepths, models }: MetricsOptions): ServerMetrics {
  const registry = new Registry();
  const telemetry = new ModelMetrics(registry, clock);
  gaugeOfModels(registry, 'modelyard_queue_depth', 'Requests that wait for a worker', function* () {
    for (const { label, waiting } of queueDepths()) yield [label, waiting];
  });
  gaugeOfModels(registry, 'modelyard_model_ready', 'Whether a model version answers: 1 or 0', function* () {
    for (const { label, state } of models()) yield [label, state === 'ready' ? 1 : 0];
  });
  const rest = new RestMetrics(registry, restPrefix);
  const grpc = new GrpcMetrics(registry);
  collectDefaultMetrics({ register: registry });
  return { registry, telemetry, rest, grpc };
}

/** A gauge read at every scrape. Values of one model version are added: while it is reloaded, two generations of it exist. */
function gaugeOfModels(
  registry: Registry,
  name: string,
  help: string,
  read: () => Iterable<readonly [label: ModelLabel, value: number]>,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['model', 'version'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [{ name: model, version }, value] of read()) this.inc({ model, version }, value);
    },
  });
}
