import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaptive, type BatchDecision, type QueueSnapshot } from '../../src/batching/policy.js';

const NOW = 1000;

/** One request that has just come, with a crowd that is expected back, a slow model, and room and time for more. */
const USUAL: QueueSnapshot = {
  requests: 1,
  rows: 1,
  oldestAt: NOW,
  newestAt: NOW,
  maxBatchSize: 8,
  maxBatchTimeMs: 50,
  expectedRequests: 7,
  arrivalGapMs: 2,
  inferenceMs: 20,
};

const send: BatchDecision = { kind: 'dispatch', rows: 8 };
const waitUntil = (until: number): BatchDecision => ({ kind: 'wait', until });

const CASES: readonly [about: string, queue: Partial<QueueSnapshot>, wanted: BatchDecision][] = [
  ['nobody is there', { requests: 0, rows: 0 }, { kind: 'idle' }],
  ['others are likely to come: three of their usual gaps', {}, waitUntil(NOW + 6)],
  ['the last one came a while ago', { newestAt: NOW - 4 }, waitUntil(NOW + 2)],
  ['the last one came too long ago', { newestAt: NOW - 6 }, send],
  ['nobody else is expected', { expectedRequests: 0 }, send],
  ['less than one is expected', { expectedRequests: 0.9 }, send],
  ['the batch is full', { requests: 8, rows: 8 }, send],
  ['the batch is more than full', { rows: 100 }, send],
  ['one row is missing', { rows: 7 }, waitUntil(NOW + 6)],
  ['the oldest has waited its time', { oldestAt: NOW - 50 }, send],
  ['the oldest has nearly waited its time', { oldestAt: NOW - 48 }, waitUntil(NOW + 2)],
  ['there is no window', { maxBatchTimeMs: 0 }, send],
  ['the model is quicker than the others are', { inferenceMs: 4 }, waitUntil(NOW + 4)],
  ['the model is so quick that no timer can keep the wait', { inferenceMs: 0.5 }, send],
  ['the others come in quicker than a timer can keep', { arrivalGapMs: 0.1 }, send],
  ['nothing is known yet', { arrivalGapMs: 0, inferenceMs: 0, expectedRequests: 0 }, send],
  ['rows do not count where requests have none', { rows: 0 }, waitUntil(NOW + 6)],
];

for (const [about, queue, wanted] of CASES) {
  test(`${wanted.kind}: ${about}`, () => {
    assert.deepEqual(adaptive({ ...USUAL, ...queue }, NOW), wanted);
  });
}

test('whatever the queue, a wait ends in the future and within the window', () => {
  const steps = [0, 0.5, 1, 3, 10, 60];
  for (const waited of steps) {
    for (const sinceNewest of steps.filter(ms => ms <= waited)) {
      for (const arrivalGapMs of steps) {
        for (const inferenceMs of steps) {
          const queue = { ...USUAL, oldestAt: NOW - waited, newestAt: NOW - sinceNewest, arrivalGapMs, inferenceMs };
          const decision = adaptive(queue, NOW);
          if (decision.kind !== 'wait') continue;
          assert.ok(decision.until > NOW && decision.until <= queue.oldestAt + queue.maxBatchTimeMs);
        }
      }
    }
  }
});
