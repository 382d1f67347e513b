import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adaptive } from '../../src/batching/policy.js';
import type { ScheduledModel } from '../../src/batching/scheduled-model.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { RequestContext } from '../../src/core/context.js';
import { ServerError } from '../../src/core/errors.js';
import type { BatchAnswer } from '../../src/wire/messages.js';
import { FakeClock } from '../support/fake-clock.js';
import { rowsRequest, rowsTensor } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';

const MODEL: ScheduledModel = {
  key: 'm@#1',
  label: { name: 'm', version: '' },
  maxBatchSize: 1,
  maxBatchTimeMs: 0,
  maxQueueSize: 2,
  inferTimeoutMs: 1000,
  seesParameters: true,
};

/** A stream whose answers the test gives. */
class PuppetStream implements AsyncIterator<BatchAnswer, undefined> {
  /** Answers asked for and not given. */
  asked: ((answer: BatchAnswer | undefined) => void)[] = [];
  ended = false;

  async next(): Promise<IteratorResult<BatchAnswer, undefined>> {
    if (this.ended) return { done: true, value: undefined };
    const value = await new Promise<BatchAnswer | undefined>(resolve => this.asked.push(resolve));
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  async return(): Promise<IteratorResult<BatchAnswer, undefined>> {
    this.ended = true;
    for (const resolve of this.asked.splice(0)) resolve(undefined);
    return { done: true, value: undefined };
  }

  give(value: number | undefined): void {
    const answer =
      value === undefined ? undefined : ({ ok: true, outputs: [rowsTensor([[value]])], inferenceMs: 1 } as const);
    this.asked.shift()!(answer);
  }
}

describe('Streams', () => {
  let clock: FakeClock;
  let pool: PuppetPool;
  let scheduler: Scheduler;
  let streams: { readonly worker: number; readonly stream: PuppetStream; readonly headers: unknown }[];

  beforeEach(() => {
    clock = new FakeClock();
    pool = new PuppetPool();
    streams = [];
    pool.onStream = (worker, { headers }) => {
      const stream = new PuppetStream();
      streams.push({ worker, stream, headers });
      return stream;
    };
    const telemetry = new SilentTelemetry();
    scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    scheduler.workerReady(0);
  });

  function open(deadline = Number.POSITIVE_INFINITY, headers = {}) {
    const context = new RequestContext(deadline, headers);
    const answers = scheduler.stream(context, MODEL, rowsRequest([1]));
    const first = answers.next();
    first.catch(() => {});
    return { context, answers, first };
  }

  const numberIn = (answer: Awaited<ReturnType<typeof open>['first']>) => answer.value?.outputs[0].data[0];
  const code = (expected: string) => (error: unknown) => error instanceof ServerError && error.code === expected;

  it('hands on answers as they are asked for, with the headers', async () => {
    const { answers, first } = open(undefined, { tenant: 'a' });
    streams[0].stream.give(1);
    assert.equal(numberIn(await first), 1);
    assert.equal(streams[0].stream.asked.length, 0);
    const end = answers.next();
    streams[0].stream.give(undefined);
    assert.equal((await end).done, true);
    assert.deepEqual(streams[0].headers, { tenant: 'a' });
  });

  it('takes no slot, and goes to the worker with the fewest streams', async () => {
    scheduler.workerReady(1);
    open();
    open();
    assert.deepEqual(streams.map(({ worker }) => worker).sort(), [0, 1]);
    void scheduler.submit(new RequestContext(Number.POSITIVE_INFINITY, {}), MODEL, rowsRequest([1]));
    clock.endTurn();
    assert.equal(pool.frames.length, 1);
  });

  it('go past a worker that rests or has not the model, while there is another', () => {
    scheduler.workerReady(1, [MODEL.key]);
    open();
    scheduler.rest(0);
    open();
    assert.deepEqual(
      streams.map(({ worker }) => worker),
      [0, 0],
    );
  });

  it('are refused beyond max_queue_size, and without workers', async () => {
    open();
    const second = open();
    await assert.rejects(open().first, code('RESOURCE_EXHAUSTED'));
    second.context.cancel();
    await assert.rejects(second.first, code('CANCELLED'));
    scheduler.workerLost(0);
    await assert.rejects(open().first, code('UNAVAILABLE'));
  });

  it('end at the worker when the client goes away, in the middle of an answer or between two', async () => {
    const waiting = open();
    waiting.context.cancel();
    await assert.rejects(waiting.first, code('CANCELLED'));
    const between = open();
    streams[1].stream.give(1);
    await between.first;
    between.context.cancel();
    await assert.rejects(between.answers.next(), code('CANCELLED'));
    assert.deepEqual(
      streams.map(({ stream }) => stream.ended),
      [true, true],
    );
  });

  it('have a deadline for the first answer, and one for the worker for each', async () => {
    await Promise.all([
      assert.rejects(open(clock.now() + 10).first, code('DEADLINE_EXCEEDED')),
      Promise.resolve().then(() => clock.advance(10)),
    ]);
    const { answers, first } = open(clock.now() + 10);
    streams[1].stream.give(1);
    await first;
    clock.advance(5000);
    const second = answers.next();
    clock.advance(999);
    assert.deepEqual(pool.killed, []);
    clock.advance(1);
    await assert.rejects(second, code('DEADLINE_EXCEEDED'));
    assert.deepEqual(pool.killed, [0]);
    assert.equal(clock.pendingTimers, 1);
  });

  it('count as work that is not done, until they end or are refused', async () => {
    const { first } = open();
    let idle = false;
    const settled = scheduler.idle().then(() => (idle = true));
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(idle, false);
    scheduler.refuseWaiting(new ServerError('UNAVAILABLE', 'stopping'));
    await assert.rejects(first, code('UNAVAILABLE'));
    await settled;
  });
});

describe('requests to models that see headers', () => {
  it('share a batch only when the headers that a model sees are equal', () => {
    const clock = new FakeClock();
    const pool = new PuppetPool();
    const telemetry = new SilentTelemetry();
    const scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 9 });
    scheduler.workerReady(0);
    const model = { ...MODEL, maxBatchSize: 10, maxQueueSize: 10 };
    for (const headers of [
      { tenant: 'a', traceparent: '1' },
      { traceparent: '2', tenant: 'a' },
      { tenant: 'b' },
    ] as Record<string, string>[]) {
      const context = new RequestContext(Number.POSITIVE_INFINITY, headers);
      scheduler.submit(context, model, rowsRequest([1])).catch(() => {});
    }
    clock.endTurn();
    assert.deepEqual(
      pool.frames.map(({ rows, frame }) => [rows, frame.headers]),
      [
        [2, { tenant: 'a' }],
        [1, { tenant: 'b' }],
      ],
    );
  });
});
