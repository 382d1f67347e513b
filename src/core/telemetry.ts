import type { RequestContext } from './context.js';
import type { ErrorCode } from './errors.js';

/** A model version as metrics and logs name it. */
export interface ModelLabel {
  readonly name: string;
  /** '' when the model has no version. */
  readonly version: string;
}

export type ModelStateName = 'loading' | 'ready' | 'draining' | 'unloaded' | 'failed';

/** What the server tells about itself; metrics and logging implement it. Calls must be cheap and must not throw. */
export interface Telemetry {
  /** One request has its answer (or failure). `model` is absent when no such model exists. */
  requestDone(context: RequestContext, model: ModelLabel | undefined, failure: ErrorCode | undefined): void;
  /** One batch came back, `rows` of `requests` callers. */
  batchDone(model: ModelLabel, batch: { requests: number; rows: number; inferenceMs: number; failed: boolean }): void;
  modelState(model: ModelLabel, state: ModelStateName, reason?: string): void;
  workerState(worker: number, state: 'joined' | 'lost', detail?: string): void;
}
