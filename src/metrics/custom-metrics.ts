import type { Registry } from 'prom-client';
import type { ModelLabel } from '../core/protocol.js';
import type { MetricValue } from '../core/telemetry.js';
import { SECONDS } from './buckets.js';
import { type HistogramFamily, histogram } from './metric-family.js';

/** Metrics that models may name themselves, all together; the values of more are dropped. */
const MAX_METRICS = 200;

type CustomHistogram = HistogramFamily<'model_name' | 'model_version'>;

/** Histograms that custom models log to, with MLServer's labels and buckets. A name that the server itself uses stays the server's. */
export class CustomMetrics {
  private readonly histograms = new Map<string, CustomHistogram>();

  constructor(private readonly registry: Registry) {}

  add(model: ModelLabel, values: readonly MetricValue[]): void {
    const labels = { model_name: model.name, model_version: model.version };
    for (const { metric, help, value } of values) this.histogram(metric, help)?.cell(labels).observe(value);
  }

  private histogram(name: string, help: string): CustomHistogram | undefined {
    const known = this.histograms.get(name);
    if (known !== undefined) return known;
    if (this.histograms.size >= MAX_METRICS || this.registry.getSingleMetric(name) !== undefined) return undefined;
    const made = histogram(this.registry, SECONDS, { name, help, labels: ['model_name', 'model_version'] });
    this.histograms.set(name, made);
    return made;
  }
}
