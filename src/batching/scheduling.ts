import type { BatchSharing, ModelInterface } from '../core/model-interface.js';
import { runsInFront } from '../settings/model-settings.js';
import type { ModelSpec } from '../settings/model-spec.js';
import type { ServerSettings } from '../settings/server-settings.js';
import type { ScheduledModel } from './scheduled-model.js';

/** Rows of a batch of a model whose settings say nothing about batching. */
const UNASKED_BATCH_SIZE = 64;

/**
 * A model's limits from its settings and the server's. When the settings do not mention batching, requests that happen to
 * arrive together still share a batch where nobody can tell: nobody waits for it and every answer is the same. Both
 * `max_batch_size` and `max_batch_time` make a window; `max_batch_size` of 0 or 1 sends every request alone. What runs in
 * the front's own thread is not watched: it could not be replaced.
 */
export function modelScheduling(server: ServerSettings) {
  return (spec: ModelSpec, key: string, model: ModelInterface): ScheduledModel => {
    const { settings } = spec;
    const watched = server.parallelWorkers > 0 && !runsInFront(settings);
    const timeoutMs = watched ? (settings.inferTimeoutMs ?? server.inferTimeoutMs) : 0;
    return {
      key,
      label: { name: spec.name, version: spec.version ?? '' },
      maxBatchSize: batchSize(settings.maxBatchSize, model.sharing),
      maxBatchTimeMs: settings.maxBatchTimeMs,
      maxQueueSize: settings.maxQueueSize ?? server.maxQueueSize,
      inferTimeoutMs: timeoutMs === 0 ? Number.POSITIVE_INFINITY : timeoutMs,
      seesParameters: model.seesParameters,
    };
  };
}

function batchSize(asked: number | null, sharing: BatchSharing): number {
  if (sharing === 'never') return 1;
  return Math.max(1, asked ?? (sharing === 'always' ? UNASKED_BATCH_SIZE : 1));
}
