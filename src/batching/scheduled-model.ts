import type { ModelLabel } from '../core/protocol.js';

/** A model version as the scheduler sees it. One object per generation: queues hang on it. */
export interface ScheduledModel {
  /** `name@version#generation`, as frames carry it. */
  readonly key: string;
  readonly label: ModelLabel;
  /** Rows of a batch; 1: every request goes alone. */
  readonly maxBatchSize: number;
  readonly maxBatchTimeMs: number;
  /** Requests that may wait; more are refused. */
  readonly maxQueueSize: number;
  /** How long a worker may be busy with one batch before it counts as hung; Infinity for ever. */
  readonly inferTimeoutMs: number;
  readonly seesParameters: boolean;
}
