import type { ModelInterface } from '../core/model-interface.js';
import type { InferRequest } from '../core/protocol.js';
import type { Parameters, Tensor } from '../core/tensor.js';

/** What a model answers; id, model name and version are the front's to add. */
export interface Prediction {
  readonly outputs: readonly Tensor[];
  readonly parameters?: Parameters;
}

/**
 * One replica of one model version in one thread. `predict` is called with merged batches, one at a time or overlapping as it
 * yields; it may keep nothing of the request, whose memory belongs to the frame. The outputs' buffers pass to the caller, so
 * they must not be memory the replica goes on using.
 */
export interface Runtime {
  readonly model: ModelInterface;
  predict(request: InferRequest): Promise<Prediction>;
  unload(): Promise<void>;
}
