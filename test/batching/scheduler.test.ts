import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { adaptive } from '../../src/batching/policy.js';
import type { ScheduledModel } from '../../src/batching/scheduled-model.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import type { BatchShare } from '../../src/batching/waiting.js';
import { RequestContext } from '../../src/core/context.js';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { FakeClock } from '../support/fake-clock.js';
import { countAlive } from '../support/garbage.js';
import { rowsRequest, rowsTensor } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';

const MODEL: ScheduledModel = {
  key: 'm@#1',
  label: { name: 'm', version: '' },
  maxBatchSize: 4,
  maxBatchTimeMs: 50,
  maxQueueSize: 100,
  inferTimeoutMs: Number.POSITIVE_INFINITY,
  seesParameters: false,
};

describe('Scheduler', () => {
  let clock: FakeClock;
  let pool: PuppetPool;
  let telemetry: SilentTelemetry;
  let scheduler: Scheduler;

  beforeEach(() => {
    clock = new FakeClock();
    pool = new PuppetPool();
    telemetry = new SilentTelemetry();
    scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    scheduler.workerReady(0);
  });

  function submit(request: InferRequest, model = MODEL, deadline = Number.POSITIVE_INFINITY) {
    const context = new RequestContext(deadline, {});
    const answer = scheduler.submit(context, model, request);
    answer.catch(() => {});
    return { context, answer };
  }

  const values = async (answer: Promise<BatchShare>) => [...((await answer).outputs[0].data as Float64Array)];
  const code = (expected: string) => (error: unknown) => error instanceof ServerError && error.code === expected;
  /** Lets promises settle; no time passes. */
  const settle = () => new Promise(resolve => setImmediate(resolve));

  it('sends requests that arrive in one turn together and gives everybody their own rows', async () => {
    const a = submit(rowsRequest([1], [2]));
    const b = submit(rowsRequest([3]));
    clock.endTurn();
    assert.equal(pool.frames.length, 1);
    assert.equal(pool.frames[0].rows, 3);
    pool.frames[0].echo();
    assert.deepEqual(await values(a.answer), [1, 2]);
    assert.deepEqual(await values(b.answer), [3]);
  });

  it('does not let a lone client wait for company', () => {
    submit(rowsRequest([1]));
    clock.endTurn();
    assert.equal(pool.frames.length, 1);
  });

  it('keeps requests in the queue while all workers are busy, so that the next batch grows', async () => {
    submit(rowsRequest([1]));
    clock.endTurn();
    for (const value of [2, 3, 4]) {
      submit(rowsRequest([value]));
      clock.endTurn();
    }
    assert.equal(pool.frames.length, 1);
    pool.frames[0].echo();
    await settle();
    assert.deepEqual(
      pool.frames.map(frame => frame.rows),
      [1, 3],
    );
  });

  it('never exceeds the batch size in rows, but sends a larger request alone', async () => {
    submit(rowsRequest([1], [2], [3]));
    submit(rowsRequest([4], [5]));
    submit(rowsRequest([6], [7], [8], [9], [10]));
    clock.endTurn();
    while (pool.frames.length < 3) {
      pool.frames[pool.frames.length - 1].echo();
      await settle();
    }
    assert.deepEqual(
      pool.frames.map(frame => frame.rows),
      [3, 2, 5],
    );
  });

  it('does not merge unlike requests', async () => {
    submit(rowsRequest([1]));
    submit(rowsRequest([1, 2]));
    submit({ ...rowsRequest([1]), outputs: [{ name: 'predict_proba' }] });
    submit({ inputs: [{ ...rowsRequest([1]).inputs[0], name: 'y' }] });
    clock.endTurn();
    for (let i = 0; i < 4; i++) {
      assert.equal(pool.frames[i].rows, 1);
      pool.frames[i].echo();
      await settle();
    }
    assert.equal(pool.frames.length, 4);
  });

  it('sends a request whose inputs differ in rows alone: its rows mean nothing in a larger batch', async () => {
    const uneven = () => ({ inputs: [rowsTensor([[1], [2]], 'a'), rowsTensor([[3]], 'b')] });
    const even = () => ({ inputs: [rowsTensor([[1]], 'a'), rowsTensor([[3]], 'b')] });
    for (const request of [even(), uneven(), uneven(), even(), even()]) submit(request);
    clock.endTurn();
    for (let i = 0; i < 4; i++) {
      pool.frames[i].echo();
      await settle();
    }
    assert.deepEqual(
      pool.frames.map(frame => frame.rows),
      [1, 2, 2, 2],
    );
  });

  it('answers all callers of a lost worker at once and runs nothing again', async () => {
    const a = submit(rowsRequest([1]));
    const b = submit(rowsRequest([2]));
    clock.endTurn();
    scheduler.workerLost(0);
    pool.lose(0);
    await assert.rejects(a.answer, code('UNAVAILABLE'));
    await assert.rejects(b.answer, code('UNAVAILABLE'));
    assert.equal(pool.frames.length, 1);
  });

  it('refuses what the queue cannot hold', async () => {
    const model = { ...MODEL, maxQueueSize: 2 };
    submit(rowsRequest([1]), model);
    clock.endTurn();
    submit(rowsRequest([2]), model);
    submit(rowsRequest([3]), model);
    await assert.rejects(submit(rowsRequest([4]), model).answer, code('RESOURCE_EXHAUSTED'));
  });

  it('keeps nothing of a request that is answered, though others wait', async () => {
    const sent = Array.from({ length: 20 }, (_, i) => {
      const request = rowsRequest([i]);
      const { answer } = submit(request, { ...MODEL, maxBatchSize: 1 });
      return { request: new WeakRef<object>(request), answer };
    });
    clock.endTurn();
    for (let i = 0; i < 10; i++) {
      pool.frames.shift()!.echo();
      await settle();
    }
    const answered = sent.slice(0, 10).map(({ request }) => request);
    assert.equal(await countAlive(answered), 0);
  });

  it('lets a caller that went away leave the queue, and another batch without it', async () => {
    submit(rowsRequest([1]));
    clock.endTurn();
    const gone = submit(rowsRequest([2]));
    const stays = submit(rowsRequest([3]));
    gone.context.cancel();
    await assert.rejects(gone.answer, code('CANCELLED'));
    pool.frames[0].echo();
    await settle();
    pool.frames[1].echo();
    assert.deepEqual(await values(stays.answer), [3]);
    assert.equal(pool.frames[1].rows, 1);
  });

  it('does not disturb a running batch when one of its callers goes away', async () => {
    const gone = submit(rowsRequest([1]));
    const stays = submit(rowsRequest([2]));
    clock.endTurn();
    gone.context.cancel();
    pool.frames[0].echo();
    assert.deepEqual(await values(stays.answer), [2]);
    await assert.rejects(gone.answer, code('CANCELLED'));
  });

  it('answers at the deadline, waiting or running', async () => {
    const running = submit(rowsRequest([1]), MODEL, clock.now() + 10);
    clock.endTurn();
    const waiting = submit(rowsRequest([2]), MODEL, clock.now() + 10);
    clock.advance(10);
    await assert.rejects(running.answer, code('DEADLINE_EXCEEDED'));
    await assert.rejects(waiting.answer, code('DEADLINE_EXCEEDED'));
    pool.frames[0].echo();
    await settle();
    assert.equal(pool.frames.length, 1);
  });

  it('ends a worker that is stuck and answers its callers', async () => {
    const { answer } = submit(rowsRequest([1]), { ...MODEL, inferTimeoutMs: 100 });
    clock.endTurn();
    clock.advance(100);
    await assert.rejects(answer, /did not answer within 0.1 s/);
    assert.deepEqual(pool.killed, [0]);
  });

  it('runs what else a worker had once more when it ends the worker, and no more than once', async () => {
    scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 3 });
    scheduler.workerReady(0);
    const stuck = { ...MODEL, key: 'n@#2', inferTimeoutMs: 100, maxBatchSize: 1 };
    const others = { ...MODEL, maxBatchSize: 1 };
    const first = submit(rowsRequest([1]), stuck);
    const innocent = submit(rowsRequest([2]), others);
    const gone = submit(rowsRequest([3]), others);
    clock.endTurn();
    clock.advance(100);
    gone.context.cancel();
    pool.lose(0);
    await settle();
    await assert.rejects(first.answer, code('DEADLINE_EXCEEDED'));
    await assert.rejects(gone.answer, code('CANCELLED'));
    assert.equal(pool.frames.length, 3);
    scheduler.workerReady(0);
    const second = submit(rowsRequest([4]), stuck);
    clock.endTurn();
    assert.deepEqual(
      pool.frames.slice(3).map(({ request }) => [...(request.inputs[0].data as Float64Array)]),
      [[2], [4]],
    );
    clock.advance(100);
    pool.lose(0);
    await assert.rejects(second.answer, code('DEADLINE_EXCEEDED'));
    await assert.rejects(innocent.answer, code('UNAVAILABLE'));
    await scheduler.idle();
  });

  it('answers what it ran once more', async () => {
    scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 2 });
    scheduler.workerReady(0);
    submit(rowsRequest([1]), { ...MODEL, key: 'n@#2', inferTimeoutMs: 100 });
    const innocent = submit(rowsRequest([2]));
    clock.endTurn();
    clock.advance(100);
    pool.lose(0);
    await settle();
    scheduler.workerReady(0);
    pool.frames[2].echo();
    assert.deepEqual(await values(innocent.answer), [2]);
    await scheduler.idle();
    assert.equal(
      [...scheduler.depths()].every(({ waiting }) => waiting === 0),
      true,
    );
  });

  it('leaves no timer behind for work that is done', async () => {
    scheduler.workerReady(0);
    submit(rowsRequest([1]), { ...MODEL, inferTimeoutMs: 100 }, clock.now() + 1000);
    clock.endTurn();
    pool.frames[0].echo();
    await settle();
    assert.equal(clock.pendingTimers, 0);
  });

  it('uses the worker with the fewest frames', () => {
    scheduler.workerReady(1);
    const alone = { ...MODEL, maxBatchSize: 1 };
    submit(rowsRequest([1]), alone);
    submit(rowsRequest([2]), alone);
    clock.endTurn();
    assert.deepEqual(
      pool.frames.map(frame => frame.worker),
      [0, 1],
    );
  });

  it('gives every model its turn', async () => {
    const other = { ...MODEL, key: 'n@#2', label: { name: 'n', version: '' }, maxBatchSize: 1 };
    const first = { ...MODEL, maxBatchSize: 1 };
    for (let i = 0; i < 3; i++) submit(rowsRequest([i]), first);
    submit(rowsRequest([9]), other);
    clock.endTurn();
    for (let i = 0; i < 2; i++) {
      pool.frames[i].echo();
      await settle();
    }
    assert.ok(pool.frames.slice(0, 2).some(frame => frame.frame.model === 'n@#2'));
  });

  it('refuses after a while without any worker, and accepts again when one is back', async () => {
    scheduler.workerLost(0);
    const waiting = submit(rowsRequest([1]));
    clock.advance(5_000);
    await assert.rejects(waiting.answer, code('UNAVAILABLE'));
    await assert.rejects(submit(rowsRequest([2])).answer, code('UNAVAILABLE'));
    scheduler.workerReady(0);
    submit(rowsRequest([3]));
    clock.endTurn();
    assert.equal(pool.frames.length, 1);
  });

  it('sends requests alone that have no rows to share, or not as many in every input', async () => {
    const none: InferRequest = { inputs: [] };
    const empty: InferRequest = {
      inputs: [{ ...rowsRequest([1]).inputs[0], shape: [0, 1], data: new Float64Array(0) }],
    };
    const uneven: InferRequest = { inputs: [...rowsRequest([1]).inputs, rowsTensor([[1], [2]], 'y')] };
    const even: InferRequest = { inputs: [...rowsRequest([1]).inputs, rowsTensor([[1]], 'y')] };
    for (const request of [none, none, empty, rowsRequest([1]), uneven, even, even]) submit(request);
    clock.endTurn();
    for (let i = 0; i < 6; i++) {
      pool.frames[i].echo();
      await settle();
    }
    const rows = pool.frames.map(({ frame: { inputs } }) => inputs.map(({ shape }) => shape[0]).join());
    assert.deepEqual(rows.sort(), ['', '', '0', '1', '1,2', '2,2']);
  });

  it('refuses everybody who waits, also those who would have gone alone', async () => {
    submit(rowsRequest([0]));
    clock.endTurn();
    const empty: InferRequest = {
      inputs: [{ ...rowsRequest([1]).inputs[0], shape: [0, 1], data: new Float64Array(0) }],
    };
    const waiting = [rowsRequest([1]), empty, rowsRequest([2]), rowsRequest([1, 2])].map(request => submit(request));
    scheduler.refuseWaiting(new ServerError('UNAVAILABLE', 'the server is stopping'));
    for (const { answer } of waiting) await assert.rejects(answer, code('UNAVAILABLE'));
    pool.frames[0].echo();
    await scheduler.idle();
    assert.equal(pool.frames.length, 1);
  });

  it('waits for the crowd that was there a moment ago, though not beyond its window', async () => {
    for (let i = 0; i < 3; i++) submit(rowsRequest([i]));
    clock.endTurn();
    clock.advance(4);
    pool.frames[0].echo();
    await settle();
    submit(rowsRequest([5]));
    clock.endTurn();
    clock.advance(0.01);
    const before = pool.frames.length;
    clock.advance(50);
    assert.equal(pool.frames.length, 2);
    assert.ok(before <= 2);
  });

  it('reports of each batch what it left in the queue and what was under way with it', async () => {
    scheduler.workerReady(1);
    submit(rowsRequest([1]));
    clock.endTurn();
    for (let i = 0; i < 6; i++) submit(rowsRequest([i]));
    clock.endTurn();
    for (const frame of [1, 0, 2]) {
      pool.frames[frame].echo();
      await settle();
    }
    assert.deepEqual(
      telemetry.batches.map(({ requests, waiting, inFlight }) => [requests, waiting, inFlight]),
      [
        [4, 2, 5],
        [1, 0, 1],
        [2, 0, 3],
      ],
    );
  });

  it('is idle when everybody has an answer', async () => {
    submit(rowsRequest([1]));
    clock.endTurn();
    let idle = false;
    void scheduler.idle().then(() => (idle = true));
    await settle();
    assert.equal(idle, false);
    pool.frames[0].echo();
    await settle();
    assert.equal(idle, true);
  });
});
