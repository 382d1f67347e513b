import type { RequestContext } from './context.js';
import type { ErrorCode } from './errors.js';
import type { ModelLabel } from './protocol.js';

export type ModelStateName = 'loading' | 'ready' | 'draining' | 'unloaded' | 'failed';

/** One batch that came back from a worker, answered or failed. */
export interface BatchReport {
  readonly requests: number;
  readonly rows: number;
  /** Requests of its model that stayed in the queues when it left. */
  readonly waiting: number;
  /** Requests in all workers when it left, its own included. */
  readonly inFlight: number;
  /** What the model itself took; 0 when the worker was lost. */
  readonly inferenceMs: number;
  readonly failed: boolean;
}

/** A number that a custom model logged, for a histogram of the name. */
export interface MetricValue {
  readonly metric: string;
  readonly help: string;
  readonly value: number;
}

/** What the server tells about itself; metrics and logging implement it. Calls must be cheap and must not throw. */
export interface Telemetry {
  /** One request has its answer (or failure). `model` is absent when no such model exists. */
  requestDone(context: RequestContext, model: ModelLabel | undefined, failure: ErrorCode | undefined): void;
  /** A model's cache was looked into before the model is asked. */
  cacheAsked(model: ModelLabel, hit: boolean): void;
  batchDone(model: ModelLabel, batch: BatchReport): void;
  metricValues(model: ModelLabel, values: readonly MetricValue[]): void;
  modelState(model: ModelLabel, state: ModelStateName, reason?: string): void;
  workerState(worker: number, state: 'joined' | 'lost', detail?: string): void;
}
