import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/core/clock.js';
import { RequestContext } from '../../src/core/context.js';
import type { ErrorCode } from '../../src/core/errors.js';
import type { ModelLabel } from '../../src/core/protocol.js';
import type { BatchReport, ModelStateName } from '../../src/core/telemetry.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { Exposition } from '../support/exposition.js';

const SVM: ModelLabel = { name: 'mnist-svm', version: 'v0.1.0' };
const SVM_LABELS = { model: 'mnist-svm', version: 'v0.1.0' };
const BATCH: BatchReport = { requests: 1, rows: 1, waiting: 0, inFlight: 1, inferenceMs: 1, failed: false };

/** Metrics under a clock that stands at `now`. */
function setUp() {
  const time = { now: 1000 };
  const clock: Clock = { now: () => time.now, at: () => () => {}, endOfTurn: () => {} };
  const queues: { label: ModelLabel; waiting: number }[] = [];
  const models: { label: ModelLabel; state: ModelStateName }[] = [];
  const metrics = createMetrics({
    clock,
    restPrefix: 'rest_server',
    queueDepths: () => queues,
    models: () => models,
  });
  return { ...metrics, time, queues, models, scrape: async () => new Exposition(await metrics.registry.metrics()) };
}

function context(timings: { received: number; queued?: number; dispatched?: number }): RequestContext {
  const made = new RequestContext(Number.POSITIVE_INFINITY, {});
  Object.assign(made.timings, timings);
  return made;
}

test('requests are counted per model and version, with the time they took', async () => {
  const { telemetry, time, scrape } = setUp();
  time.now = 1500;
  telemetry.requestDone(context({ received: 1000 }), SVM, undefined);
  telemetry.requestDone(context({ received: 1250 }), SVM, undefined);
  telemetry.requestDone(context({ received: 1499 }), SVM, 'INVALID_ARGUMENT');
  telemetry.requestDone(context({ received: 1500 }), { name: 'mnist-svm', version: '' }, undefined);

  const page = await scrape();
  assert.equal(page.value('model_infer_request_success_total', SVM_LABELS), 2);
  assert.equal(page.value('model_infer_request_failure_total', SVM_LABELS), 1);
  assert.equal(page.value('model_infer_request_success_total', { model: 'mnist-svm', version: '' }), 1);
  assert.equal(page.types.get('model_infer_request_duration'), 'summary');
  assert.equal(page.value('model_infer_request_duration_count', SVM_LABELS), 3);
  assert.equal(page.value('model_infer_request_duration_sum', SVM_LABELS), 0.751);
});

test('a reloaded version goes on counting under its labels', async () => {
  const { telemetry, scrape } = setUp();
  for (const label of [SVM, { ...SVM }, { ...SVM }]) {
    telemetry.requestDone(context({ received: 1000 }), label, undefined);
    telemetry.batchDone(label, BATCH);
  }
  const page = await scrape();
  assert.equal(page.value('model_infer_request_success_total', SVM_LABELS), 3);
  assert.equal(page.value('modelyard_batch_rows_count', SVM_LABELS), 3);
});

test('requests that reach no model add one series, however many names clients make up', async () => {
  const { telemetry, scrape } = setUp();
  const before = (await scrape()).samples.filter(({ name }) => name.startsWith('model')).length;
  const codes: ErrorCode[] = ['NOT_FOUND', 'FAILED_PRECONDITION', 'UNAVAILABLE'];
  for (const code of codes) telemetry.requestDone(context({ received: 1000 }), undefined, code);

  const page = await scrape();
  assert.equal(page.value('model_infer_request_failure_total', { model: '', version: '' }), 3);
  const after = page.samples.filter(({ name }) => name.startsWith('model')).length;
  assert.equal(after - before, 4, 'success, failure, and count and sum of the duration');
});

test('a batch is counted by rows, requests, time, and what stood in the queues', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.batchDone(SVM, { requests: 3, rows: 5, waiting: 0, inFlight: 3, inferenceMs: 2, failed: false });
  telemetry.batchDone(SVM, { requests: 64, rows: 64, waiting: 7, inFlight: 67, inferenceMs: 4, failed: false });

  const page = await scrape();
  const lastBelow = (name: string, labels: Record<string, string>) =>
    page.buckets(name, labels).filter(([, count]) => count < 2);
  assert.deepEqual(lastBelow('modelyard_batch_requests', SVM_LABELS), [
    ['4', 1],
    ['8', 1],
    ['16', 1],
    ['32', 1],
  ]);
  assert.deepEqual(lastBelow('modelyard_batch_rows', SVM_LABELS), [
    ['8', 1],
    ['16', 1],
    ['32', 1],
  ]);
  assert.deepEqual(lastBelow('batch_request_queue', { model_name: SVM.name, model_version: SVM.version }), [
    ['0', 1],
    ['1', 1],
    ['2', 1],
    ['4', 1],
  ]);
  assert.equal(page.value('parallel_request_queue_sum'), 70);
  assert.equal(page.value('modelyard_inference_seconds_sum', SVM_LABELS), 0.006);
  assert.deepEqual(lastBelow('modelyard_inference_seconds', SVM_LABELS), [['0.0025', 1]]);
  assert.equal(page.value('modelyard_batch_failures_total', SVM_LABELS), 0);
});

test('a failed batch does not count as inference time', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.batchDone(SVM, { ...BATCH, inferenceMs: 0, failed: true });
  const page = await scrape();
  assert.equal(page.value('modelyard_batch_failures_total', SVM_LABELS), 1);
  assert.equal(page.value('modelyard_inference_seconds_count', SVM_LABELS), 0);
  assert.equal(page.value('modelyard_batch_requests_count', SVM_LABELS), 1);
});

test('the wait in the queue is that of requests which left it in a batch', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.requestDone(context({ received: 1000, queued: 1001, dispatched: 1004 }), SVM, undefined);
  telemetry.requestDone(context({ received: 1000, queued: 1001 }), SVM, 'CANCELLED');
  telemetry.requestDone(context({ received: 1000 }), SVM, 'INVALID_ARGUMENT');
  const page = await scrape();
  assert.equal(page.value('modelyard_queue_wait_seconds_count', SVM_LABELS), 1);
  assert.equal(page.value('modelyard_queue_wait_seconds_sum', SVM_LABELS), 0.003);
});

test('a model that has become ready shows zeros before its first request', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.modelState(SVM, 'loading');
  assert.equal((await scrape()).value('model_infer_request_success_total', SVM_LABELS), undefined);
  telemetry.modelState(SVM, 'ready');
  const page = await scrape();
  assert.equal(page.value('model_infer_request_success_total', SVM_LABELS), 0);
  assert.equal(page.value('modelyard_batch_rows_count', SVM_LABELS), 0);
  assert.equal(page.value('modelyard_batch_rows_bucket', { ...SVM_LABELS, le: '+Inf' }), 0);
});

test('queue depths are read at each scrape; generations of one version are added up, and gone models vanish', async () => {
  const { queues, scrape } = setUp();
  queues.push(
    { label: SVM, waiting: 3 },
    { label: { ...SVM }, waiting: 4 },
    { label: { name: 'b', version: '' }, waiting: 0 },
  );
  const page = await scrape();
  assert.equal(page.value('modelyard_queue_depth', SVM_LABELS), 7);
  assert.equal(page.value('modelyard_queue_depth', { model: 'b', version: '' }), 0);
  queues.splice(0);
  assert.deepEqual((await scrape()).all('modelyard_queue_depth'), []);
});

test('a version is ready while any generation of it answers', async () => {
  const { models, scrape } = setUp();
  const broken = { name: 'broken', version: '1' };
  models.push(
    { label: SVM, state: 'ready' },
    { label: { ...SVM }, state: 'loading' },
    { label: broken, state: 'failed' },
  );
  const page = await scrape();
  assert.equal(page.value('modelyard_model_ready', SVM_LABELS), 1);
  assert.equal(page.value('modelyard_model_ready', { model: 'broken', version: '1' }), 0);
});

test('models that cannot be loaded are counted', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.modelState(SVM, 'failed', 'no such file');
  telemetry.modelState(SVM, 'failed', 'no such file');
  assert.equal((await scrape()).value('modelyard_model_load_failures_total', SVM_LABELS), 2);
});

test('workers that are there, and workers that were lost', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.workerState(0, 'joined');
  telemetry.workerState(1, 'joined');
  telemetry.workerState(1, 'lost', 'out of memory');
  let page = await scrape();
  assert.equal(page.value('modelyard_workers'), 1);
  assert.equal(page.value('modelyard_workers_lost_total'), 1);
  // Lost again before it was ready.
  telemetry.workerState(1, 'lost');
  page = await scrape();
  assert.equal(page.value('modelyard_workers'), 1);
  assert.equal(page.value('modelyard_workers_lost_total'), 2);
});

test('hostile names of models reach Prometheus unharmed', async () => {
  const { telemetry, queues, scrape } = setUp();
  const label = { name: 'a"} 1\nb\\', version: '\\n"' };
  telemetry.requestDone(context({ received: 1000 }), label, undefined);
  telemetry.batchDone(label, BATCH);
  queues.push({ label, waiting: 2 });
  const page = await scrape();
  const labels = { model: label.name, version: label.version };
  assert.equal(page.value('model_infer_request_success_total', labels), 1);
  assert.equal(page.value('modelyard_batch_rows_sum', labels), 1);
  assert.equal(page.value('modelyard_queue_depth', labels), 2);
});

test('a page shows one moment: counting goes on while it is made', async () => {
  const { telemetry, scrape } = setUp();
  telemetry.batchDone(SVM, BATCH);
  const scraped = scrape();
  for (let i = 0; i < 10; i++) telemetry.batchDone(SVM, BATCH);
  const page = await scraped;
  for (const name of ['modelyard_batch_rows', 'modelyard_batch_requests', 'modelyard_inference_seconds']) {
    assert.equal(page.value(`${name}_count`, SVM_LABELS), 1);
    assert.equal(page.value(`${name}_bucket`, { ...SVM_LABELS, le: '+Inf' }), 1);
  }
  assert.equal((await scrape()).value('modelyard_batch_rows_count', SVM_LABELS), 11);
});

test("the process's own metrics are there", async () => {
  const page = await setUp().scrape();
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
    assert.equal(page.all(name).length, 1, name);
  }
});
