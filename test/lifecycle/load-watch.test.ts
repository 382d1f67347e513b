import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { adaptive } from '../../src/batching/policy.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { ServerError } from '../../src/core/errors.js';
import { LoadWatch } from '../../src/lifecycle/load-watch.js';
import type { ModelVersion } from '../../src/lifecycle/model-version.js';
import type { LoadAnswer } from '../../src/wire/messages.js';
import { FakeClock } from '../support/fake-clock.js';
import { rowsModel } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';

const LOADED: LoadAnswer = { ok: true, model: rowsModel(1) };
const version = (name: string) => ({ key: `${name}@#1`, label: { name, version: '' } }) as ModelVersion;

describe('LoadWatch', () => {
  let clock: FakeClock;
  let pool: PuppetPool;
  let watch: LoadWatch;
  let limitMs: number;

  beforeEach(() => {
    limitMs = 60_000;
    clock = new FakeClock();
    pool = new PuppetPool();
    const telemetry = new SilentTelemetry();
    const scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    watch = new LoadWatch({ pool, scheduler, clock, loadTimeoutMs: () => limitMs });
  });

  /** Begins a load that ends when the test says so. */
  function begin(name: string) {
    let end: (answer: LoadAnswer) => void = () => {};
    let lose: (error: Error) => void = () => {};
    const load = new Promise<LoadAnswer>((resolve, reject) => {
      end = resolve;
      lose = reject;
    });
    const answer = watch
      .run(0, version(name), () => load)
      .then(
        given => (given.ok ? 'loaded' : `${given.error.code}: ${given.error.message}`),
        (error: ServerError) => error.code,
      );
    return { answer, succeed: () => end(LOADED), lose: () => lose(new ServerError('UNAVAILABLE', 'lost')) };
  }

  /** Seconds, with what follows from each. */
  async function pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      clock.advance(1000);
      await nextTurn();
    }
  }

  it('lets a load that ends in its time be, and any where there is no limit', async () => {
    const quick = begin('quick');
    await pass(59);
    quick.succeed();
    assert.equal(await quick.answer, 'loaded');
    limitMs = Number.POSITIVE_INFINITY;
    const long = begin('long');
    await pass(600);
    long.succeed();
    assert.equal(await long.answer, 'loaded');
    assert.deepEqual([clock.pendingTimers, pool.unloads, pool.killed], [0, [], []]);
  });

  it('fails a load that waits for ever, and leaves its worker alone', async () => {
    const never = begin('never');
    const beside = begin('beside');
    await pass(30);
    beside.succeed();
    assert.equal(await beside.answer, 'loaded');
    await pass(59);
    assert.deepEqual(pool.unloads, []);
    await pass(1);
    assert.equal(await never.answer, "DEADLINE_EXCEEDED: model 'never' was not loaded within 60 s (load_timeout)");
    assert.deepEqual([pool.unloads, pool.killed], [[{ worker: 0, key: 'never@#1' }], []]);
  });

  it('ends the worker that is held up, and blames the only one that loads there', async () => {
    pool.onUnload = () => new Promise(() => {});
    const spins = begin('spins');
    await pass(64);
    assert.deepEqual(pool.killed, []);
    await pass(1);
    assert.deepEqual(pool.killed, [0]);
    spins.lose();
    assert.match(await spins.answer, /^DEADLINE_EXCEEDED/);
  });

  it('blames nobody when several load in a worker that is held up', async () => {
    pool.onUnload = () => new Promise(() => {});
    const spins = begin('spins');
    const behind = begin('behind');
    await pass(65);
    assert.equal(pool.killed.includes(0), true);
    spins.lose();
    behind.lose();
    assert.deepEqual([await spins.answer, await behind.answer], ['UNAVAILABLE', 'UNAVAILABLE']);
  });

  it('does not blame a load that is held up by one given up before', async () => {
    const never = begin('never');
    await pass(60);
    assert.match(await never.answer, /^DEADLINE_EXCEEDED/);
    pool.onUnload = () => new Promise(() => {});
    const behind = begin('behind');
    await pass(65);
    assert.deepEqual(pool.killed, [0]);
    behind.lose();
    assert.equal(await behind.answer, 'UNAVAILABLE');
  });
});
