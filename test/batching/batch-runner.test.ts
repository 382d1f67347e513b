import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { BatchRunner } from '../../src/batching/batch-runner.js';
import { clientGone } from '../../src/batching/refusals.js';
import type { ScheduledModel } from '../../src/batching/scheduled-model.js';
import { type BatchShare, Waiting } from '../../src/batching/waiting.js';
import { RequestContext } from '../../src/core/context.js';
import { FakeClock } from '../support/fake-clock.js';
import { rowsRequest } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';

const MODEL: ScheduledModel = {
  key: 'm@#1',
  label: { name: 'm', version: '' },
  maxBatchSize: 4,
  maxBatchTimeMs: 0,
  maxQueueSize: 100,
  inferTimeoutMs: 100,
  seesParameters: false,
};

describe('BatchRunner', () => {
  let clock: FakeClock;
  let pool: PuppetPool;
  let telemetry: SilentTelemetry;
  let ended: [worker: number, reason: string][];
  let runner: BatchRunner;

  beforeEach(() => {
    clock = new FakeClock();
    pool = new PuppetPool();
    telemetry = new SilentTelemetry();
    ended = [];
    const endWorker = (worker: number, reason: string) => void ended.push([worker, reason]);
    runner = new BatchRunner({ pool, clock, telemetry, endWorker });
  });

  /** Callers of one row each, and what they are told. */
  function callers(...values: number[]) {
    const batch: Waiting[] = [];
    const answers = values.map(value => {
      const answer = new Promise<BatchShare>((resolve, reject) => {
        const context = new RequestContext(Number.POSITIVE_INFINITY, {});
        batch.push(new Waiting(context, rowsRequest([value]), 1, false, resolve, reject));
      });
      answer.catch(() => {});
      return answer;
    });
    return { batch, answers };
  }

  const run = (batch: readonly Waiting[], waiting = 0) => runner.run(0, { model: MODEL, waiting }, batch);
  const values = async (answer: Promise<BatchShare>) => [...((await answer).outputs[0].data as Float64Array)];
  /** Lets promises settle; no time passes. */
  const settle = () => new Promise(resolve => setImmediate(resolve));

  it('gives every caller the rows that came of its own', async () => {
    const { batch, answers } = callers(1, 2);
    const done = run(batch);
    pool.frames[0].echo();
    await done;
    assert.deepEqual(await Promise.all(answers.map(values)), [[1], [2]]);
    assert.equal(clock.pendingTimers, 0);
  });

  it('gives nobody rows when the model does not give one for each', async () => {
    const { batch, answers } = callers(1, 2);
    void run(batch);
    pool.frames[0].succeed(rowsRequest([1]).inputs);
    for (const answer of answers)
      await assert.rejects(answer, { code: 'INTERNAL', message: /1 rows for a batch of 2/ });
  });

  it('runs the callers of a failed batch again, each alone, so that only the bad one fails', async () => {
    const { batch, answers } = callers(1, 13);
    const done = run(batch, 5);
    pool.frames[0].fail('boom');
    await settle();
    pool.frames[1].echo();
    await settle();
    pool.frames[2].fail('boom 13');
    await done;
    assert.deepEqual(await values(answers[0]), [1]);
    await assert.rejects(answers[1], /boom 13/);
    assert.deepEqual(
      telemetry.batches.map(({ rows, waiting, inFlight, failed }) => [rows, waiting, inFlight, failed]),
      [
        [2, 5, 2, true],
        [1, 5, 2, false],
        [1, 5, 2, true],
      ],
    );
  });

  it('does not run again for a caller that went away in the meantime', async () => {
    const { batch } = callers(1, 2);
    const done = run(batch);
    batch[0].settle(undefined, clientGone());
    pool.frames[0].fail('boom');
    await settle();
    pool.frames[1].echo();
    await done;
    assert.deepEqual(
      pool.frames.map(frame => frame.rows),
      [2, 1],
    );
  });

  it('runs nothing again of a worker that was lost', async () => {
    const { batch, answers } = callers(1, 2);
    const done = run(batch);
    pool.lose(0);
    await done;
    for (const answer of answers) await assert.rejects(answer, { code: 'UNAVAILABLE' });
    assert.equal(pool.frames.length, 1);
  });

  it('answers in the name of a worker that is busy for longer than the model may take, and has it ended', async () => {
    const { batch, answers } = callers(1, 2);
    void run(batch);
    clock.advance(100);
    for (const answer of answers) await assert.rejects(answer, { code: 'DEADLINE_EXCEEDED' });
    assert.deepEqual(ended, [[0, "model 'm' did not answer within 0.1 s (infer_timeout)"]]);
  });

  it('leaves callers open whose worker is ended because of others, but not those who ran before', async () => {
    const first = callers(1);
    const second = callers(2);
    second.batch[0].ranBefore = true;
    const done = [run(first.batch), run(second.batch)];
    runner.disturb(0);
    pool.lose(0);
    await Promise.all(done);
    assert.equal(first.batch[0].done, false);
    await assert.rejects(second.answers[0], { code: 'UNAVAILABLE' });
  });
});
