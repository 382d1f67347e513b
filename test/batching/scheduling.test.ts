import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelScheduling } from '../../src/batching/scheduling.js';
import type { BatchSharing } from '../../src/core/model-interface.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { rowsModel } from '../support/models.js';

test('requests share a batch as the model allows and the settings ask', () => {
  const batchSize = (sharing: BatchSharing, maxBatchSize: number | null) => {
    const spec = { name: 'm', settings: { maxBatchSize, maxBatchTimeMs: 0, maxQueueSize: null, inferTimeoutMs: null } };
    const schedule = modelScheduling(serverSettings());
    return schedule(spec as unknown as ModelSpec, 'm@#1', { ...rowsModel(1), sharing }).maxBatchSize;
  };
  assert.deepEqual([batchSize('always', null), batchSize('always', 8), batchSize('always', 0)], [64, 8, 1]);
  assert.deepEqual([batchSize('asked', null), batchSize('asked', 8), batchSize('asked', 0)], [1, 8, 1]);
  assert.deepEqual([batchSize('never', null), batchSize('never', 8)], [1, 1]);
});
