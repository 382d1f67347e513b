import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import type { LoadAnswer } from '../../src/wire/messages.js';
import { HeldLoads } from '../support/held-loads.js';
import { rowsModel, rowsRequest } from '../support/models.js';
import type { PuppetPool } from '../support/puppet-pool.js';
import { modelSpec, PuppetRegistry } from '../support/puppet-registry.js';
import type { SilentTelemetry } from '../support/silent-telemetry.js';

describe('Replicas', () => {
  let puppet: PuppetRegistry;
  let pool: PuppetPool;
  let telemetry: SilentTelemetry;
  let registry: ModelRegistry;

  beforeEach(() => {
    puppet = new PuppetRegistry();
    ({ pool, telemetry, registry } = puppet);
  });

  it('serves a version when every worker has loaded it, and not before', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 m', '1 m']);
    loads.succeed(0);
    await nextTurn();
    assert.throws(() => registry.acquire({ name: 'm' }), /Model m is not ready yet\./);
    loads.succeed(1);
    await done;
    registry.acquire({ name: 'm' }).release();
    assert.deepEqual(telemetry.states, ['m: loading', 'm: ready']);
  });

  it('asks every replica before it serves, that of a new worker too, and fails the load where that fails', async () => {
    pool.join(1);
    puppet.warmUp = { batches: [[rowsRequest([7])]], runs: 1, required: true, streams: false };
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    assert.deepEqual(
      pool.frames.map(({ worker }) => worker),
      [0, 1],
    );
    assert.throws(() => registry.acquire({ name: 'm' }), { code: 'FAILED_PRECONDITION' });
    for (const frame of pool.frames) frame.echo();
    await done;
    pool.lose(1);
    pool.join(1);
    await nextTurn();
    assert.deepEqual([pool.frames.length, pool.frames[2].worker], [3, 1]);
    pool.frames[2].echo();
    pool.onFrame = frame => frame.fail('no such layer');
    await assert.rejects(registry.setDesired('m', [modelSpec('m')]), /warm_up: no such layer/);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });

  it('unloads what failed in one worker from the others', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    loads.fail(0, 'no room');
    await nextTurn();
    assert.deepEqual(pool.unloads, [], 'an unload may not overtake the load that is under way');
    loads.succeed(1);
    await assert.rejects(done, /no room/);
    assert.deepEqual(
      pool.unloads.map(({ worker }) => worker),
      [0, 1],
    );
    assert.throws(() => registry.acquire({ name: 'm' }), { code: 'NOT_FOUND' });
  });

  it('while there are requests, loads one worker after the other and sends the one that loads nothing', async () => {
    pool.join(1);
    await registry.setDesired('m', [modelSpec('m')]);
    const loads = new HeldLoads(pool);
    const [a, b] = [await puppet.ask('m'), await puppet.ask('m')];
    assert.deepEqual([a.frame.worker, b.frame.worker], [0, 1]);
    const reload = registry.setDesired('m', [modelSpec('m')]);
    const other = registry.setDesired('n', [modelSpec('n')]);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 m', '0 n']);
    a.frame.echo();
    await a.answer;
    const waiting = await puppet.ask('m');
    assert.equal(pool.frames.length, 2, 'worker 0 loads, worker 1 is busy');
    b.frame.echo();
    await nextTurn();
    assert.equal(pool.frames.at(-1)?.worker, 1);
    loads.succeed(0);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['1 m', '1 n']);
    pool.frames.at(-1)!.echo();
    await waiting.answer;
    assert.equal((await puppet.ask('m')).frame.worker, 0);
    loads.succeed(1);
    await Promise.all([reload, other]);
    assert.equal((await puppet.ask('m')).frame.frame.model, 'm@#2');
  });

  it('gives a new worker every model before it may take requests', async () => {
    await registry.setDesired('m', [modelSpec('m')]);
    await registry.setDesired('n', [modelSpec('n')]);
    const loads = new HeldLoads(pool);
    pool.lose(0);
    pool.join(0);
    const waiting = await puppet.ask('m');
    const sent = () => pool.frames.length;
    assert.equal(sent(), 0);
    loads.succeed(0);
    await nextTurn();
    assert.deepEqual([sent(), loads.waiting], [0, ['0 n']]);
    loads.succeed(0);
    await nextTurn();
    assert.equal(sent(), 1);
    pool.frames[0].echo();
    await waiting.answer;
  });

  it('sends nothing of a model to a new worker that cannot load it again, unless no other has it', async () => {
    pool.join(1);
    await registry.setDesired('m', [modelSpec('m')]);
    pool.onLoad = async () => ({ ok: false, error: { code: 'ABORTED', message: 'the file is another one' } });
    pool.lose(0);
    pool.join(0);
    await nextTurn();
    assert.match(registry.find({ name: 'm' }).reason, /^worker 0 could not load it again: the file is another one$/);
    assert.deepEqual([(await puppet.ask('m')).frame.worker, pool.frames.length], [1, 1]);
    const waiting = await puppet.ask('m');
    assert.equal(pool.frames.length, 1, 'worker 1 is busy');
    pool.frames[0].echo();
    await nextTurn();
    assert.equal(pool.frames[1].worker, 1);
    pool.frames[1].echo();
    await waiting.answer;
    pool.lose(1);
    assert.equal((await puppet.ask('m')).frame.worker, 0);
  });

  it('does not count as a failure what was replaced while a new worker loaded it', async () => {
    pool.join(1);
    await registry.setDesired('m', [modelSpec('m')]);
    let answer = (_: LoadAnswer): void => assert.fail();
    pool.onLoad = async (_worker, { key }) =>
      key === 'm@#1' ? new Promise(resolve => (answer = resolve)) : { ok: true, model: rowsModel(1) };
    pool.lose(0);
    pool.join(0);
    await registry.setDesired('m', [modelSpec('m')]);
    answer({ ok: false, error: { code: 'ABORTED', message: "'m@#1' was unloaded while it was loading" } });
    await nextTurn();
    assert.deepEqual(
      telemetry.states.filter(state => state === 'm: failed'),
      [],
    );
    assert.equal(registry.find({ name: 'm' }).reason, '');
  });

  it('loads what is being loaded into a worker that joins meanwhile', async () => {
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    pool.join(1);
    loads.succeed(0);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['1 m']);
    assert.throws(() => registry.acquire({ name: 'm' }), { code: 'FAILED_PRECONDITION' });
    loads.succeed(1);
    await done;
    registry.acquire({ name: 'm' }).release();
  });

  it('loads again into the replacement of a worker that was lost while it loaded', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    loads.lose(0);
    pool.join(0);
    loads.succeed(1);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 m']);
    loads.succeed(0);
    await done;
    assert.equal(puppet.loaded.filter(load => load === '0 m@#1').length, 2);
  });

  it('waits for a worker when there is none', async () => {
    pool.lose(0);
    const done = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    assert.deepEqual(pool.loads, []);
    pool.join(0);
    await done;
    assert.deepEqual(puppet.loaded, ['0 m@#1']);
  });

  it('blames the model that always stops its worker, and none of those that were loaded beside it', async () => {
    const loads = new HeldLoads(pool);
    const good = registry.setDesired('good', [modelSpec('good')]);
    const bad = registry.setDesired('bad', [modelSpec('bad')]);
    const refused = assert.rejects(bad, /the worker stopped while it loaded the model/);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 good', '0 bad']);
    while (loads.waiting.length > 0) {
      if (loads.waiting.includes('0 bad')) {
        loads.lose(0);
        pool.join(0);
      } else loads.succeed(0);
      await nextTurn();
    }
    await good;
    await refused;
    assert.equal(registry.acquire({ name: 'good' }).label.name, 'good');
    assert.equal(puppet.loaded.filter(load => load.startsWith('0 bad')).length, 3);
  });
});
