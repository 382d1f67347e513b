import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../core/clock.js';
import type { RequestContext } from '../core/context.js';
import type { ErrorCode } from '../core/errors.js';
import type { ModelLabel } from '../core/protocol.js';
import type { BatchReport, MetricValue, ModelStateName, Telemetry } from '../core/telemetry.js';
import { DEPTHS, FINE_SECONDS, SIZES } from './buckets.js';
import type { HistogramCell } from './cells.js';
import { CellsByModel } from './cells-by-model.js';
import { CustomMetrics } from './custom-metrics.js';
import { counter, histogram, summary } from './metric-family.js';

const MODEL = ['model', 'version'] as const;

/** Requests that reached no model: what a client makes up must not become a label. */
const NO_MODEL: ModelLabel = { name: '', version: '' };

/** Counts requests and batches per model and version, as they are reported. */
export class ModelMetrics implements Telemetry {
  private readonly requests: ReturnType<typeof requestCells>;
  private readonly batches: ReturnType<typeof batchCells>;
  private readonly caches: ReturnType<typeof cacheCells>;
  private readonly inFlight: HistogramCell;
  private readonly loadFailures: Counter;
  private readonly workersLost: Counter;
  private readonly workers = new Set<number>();
  private readonly custom: CustomMetrics;

  constructor(
    registry: Registry,
    private readonly clock: Clock,
  ) {
    this.requests = requestCells(registry);
    this.batches = batchCells(registry);
    this.caches = cacheCells(registry);
    this.custom = new CustomMetrics(registry);
    this.inFlight = histogram(registry, SIZES, {
      name: 'parallel_request_queue',
      help: 'Requests in all workers when a batch leaves for one, its own included',
      labels: [],
    }).cell({});
    const registers = [registry];
    this.loadFailures = new Counter({
      name: 'modelyard_model_load_failures_total',
      help: 'Times that a model could not be loaded, into a replaced worker also',
      labelNames: MODEL,
      registers,
    });
    this.workersLost = new Counter({
      name: 'modelyard_workers_lost_total',
      help: 'Workers that crashed, hung or were killed',
      registers,
    });
    const { workers } = this;
    new Gauge({
      name: 'modelyard_workers',
      help: 'Workers that have every model loaded',
      registers,
      collect() {
        this.set(workers.size);
      },
    });
  }

  requestDone({ timings }: RequestContext, model: ModelLabel | undefined, failure: ErrorCode | undefined): void {
    const { success, failed, duration } = this.requests.of(model ?? NO_MODEL);
    if (failure === undefined) success.value++;
    else failed.value++;
    duration.observe((this.clock.now() - timings.received) / 1000);
    if (model === undefined || timings.dispatched === 0) return;
    this.batches.of(model).queueWait.observe((timings.dispatched - timings.queued) / 1000);
  }

  cacheAsked(model: ModelLabel, hit: boolean): void {
    const { hits, misses } = this.caches.of(model);
    if (hit) hits.value++;
    else misses.value++;
  }

  batchDone(model: ModelLabel, { requests, rows, waiting, inFlight, inferenceMs, failed }: BatchReport): void {
    const cells = this.batches.of(model);
    this.inFlight.observe(inFlight);
    cells.waiting.observe(waiting);
    cells.requests.observe(requests);
    cells.rows.observe(rows);
    if (failed) cells.failed.value++;
    else cells.inference.observe(inferenceMs / 1000);
  }

  metricValues(model: ModelLabel, values: readonly MetricValue[]): void {
    this.custom.add(model, values);
  }

  modelState(model: ModelLabel, state: ModelStateName): void {
    if (state === 'failed') this.loadFailures.inc({ model: model.name, version: model.version });
    if (state !== 'ready') return;
    // A counter that begins at 0 shows its first step; one that begins at 1 does not.
    this.requests.of(model);
    this.batches.of(model);
  }

  workerState(worker: number, state: 'joined' | 'lost'): void {
    if (state === 'joined') this.workers.add(worker);
    else {
      this.workers.delete(worker);
      this.workersLost.inc();
    }
  }
}

function requestCells(registry: Registry) {
  const labels = MODEL;
  const success = counter(registry, {
    name: 'model_infer_request_success_total',
    help: 'Inference requests that were answered',
    labels,
  });
  const failed = counter(registry, {
    name: 'model_infer_request_failure_total',
    help: 'Inference requests that failed; empty labels: there is no such model, or it is not ready',
    labels,
  });
  const duration = summary(registry, {
    name: 'model_infer_request_duration',
    help: 'Seconds from the arrival of an inference request to its answer or failure',
    labels,
  });
  return new CellsByModel(({ name, version }) => {
    const of = { model: name, version };
    return { success: success.cell(of), failed: failed.cell(of), duration: duration.cell(of) };
  });
}

function cacheCells(registry: Registry) {
  const hits = counter(registry, {
    name: 'modelyard_cache_hits_total',
    help: 'Requests that the response cache answered',
    labels: MODEL,
  });
  const misses = counter(registry, {
    name: 'modelyard_cache_misses_total',
    help: 'Requests that the response cache had no answer for',
    labels: MODEL,
  });
  return new CellsByModel(({ name, version }) => {
    const of = { model: name, version };
    return { hits: hits.cell(of), misses: misses.cell(of) };
  });
}

function batchCells(registry: Registry) {
  const labels = MODEL;
  const waiting = histogram(registry, DEPTHS, {
    name: 'batch_request_queue',
    help: 'Requests that stay in the queue when a batch leaves it',
    labels: ['model_name', 'model_version'],
  });
  const requests = histogram(registry, SIZES, {
    name: 'modelyard_batch_requests',
    help: 'Requests that share a batch',
    labels,
  });
  const rows = histogram(registry, SIZES, { name: 'modelyard_batch_rows', help: 'Rows of a batch', labels });
  const failed = counter(registry, {
    name: 'modelyard_batch_failures_total',
    help: 'Batches that came back without an answer; requests of a shared one are tried again alone',
    labels,
  });
  const queueWait = histogram(registry, FINE_SECONDS, {
    name: 'modelyard_queue_wait_seconds',
    help: 'Time that a request waited for its batch to leave',
    labels,
  });
  const inference = histogram(registry, FINE_SECONDS, {
    name: 'modelyard_inference_seconds',
    help: 'Time that the model took for a batch that it answered',
    labels,
  });
  return new CellsByModel(({ name, version }) => {
    const of = { model: name, version };
    return {
      waiting: waiting.cell({ model_name: name, model_version: version }),
      requests: requests.cell(of),
      rows: rows.cell(of),
      failed: failed.cell(of),
      queueWait: queueWait.cell(of),
      inference: inference.cell(of),
    };
  });
}
