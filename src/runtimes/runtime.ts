import type { ModelInterface } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import type { MetricValue } from '../core/telemetry.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** What a model answers; id, model name and version are the front's to add. */
export interface Prediction {
  readonly outputs: readonly Tensor[];
  readonly parameters?: Parameters;
  /** What the model logged for metrics of its own. */
  readonly metricValues?: readonly MetricValue[];
}

/** What a model is asked. */
export interface RuntimeRequest extends InferRequest {
  /** Only for models that see them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * One replica of one model version in one thread. `predict` is called with merged batches, one at a time or overlapping as it
 * yields; it may keep nothing of the request, whose memory belongs to the frame. The outputs' buffers pass to the caller, so
 * they must not be memory the replica goes on using.
 */
export interface Runtime {
  readonly model: ModelInterface;
  predict(request: RuntimeRequest): Promise<Prediction>;
  /** Several answers to one request that is not merged with others, until `signal` says that nobody wants more. */
  predictStream?(request: RuntimeRequest, signal: AbortSignal): AsyncIterator<Prediction>;
  unload(): Promise<void>;
}
