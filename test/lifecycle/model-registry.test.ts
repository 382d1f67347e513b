import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { adaptive } from '../../src/batching/policy.js';
import { Scheduler } from '../../src/batching/scheduler.js';
import { modelScheduling } from '../../src/batching/scheduling.js';
import { RequestContext } from '../../src/core/context.js';
import { ServerError } from '../../src/core/errors.js';
import { DataPlane } from '../../src/dataplane/dataplane.js';
import { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import { NO_WARM_UP, type WarmUp } from '../../src/lifecycle/warm-up.js';
import { Environment } from '../../src/settings/env.js';
import { entriesOf } from '../../src/settings/json-object.js';
import { modelSettings } from '../../src/settings/model-settings.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';
import { serverSettings } from '../../src/settings/server-settings.js';
import { FakeClock } from '../support/fake-clock.js';
import { HeldLoads } from '../support/held-loads.js';
import { rowsRequest } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { SilentTelemetry } from '../support/silent-telemetry.js';

/** A version as the repository holds it; `artifact` is what `prepare` gets to see. */
function spec(name: string, version?: string, artifact = `/${name}`): ModelSpec {
  const values = entriesOf({
    name,
    implementation: 'mlserver_sklearn.SKLearnModel',
    parameters: { version: version ?? null },
  });
  const { settings } = modelSettings(
    { values, warnings: [] },
    { source: name, folder: `/${name}` },
    new Environment({}),
  );
  return { name, version, settings, folder: `/${name}`, artifact, implementation: settings.implementation };
}

const code = (expected: string) => (error: unknown) => error instanceof ServerError && error.code === expected;

describe('ModelRegistry', () => {
  let clock: FakeClock;
  let pool: PuppetPool;
  let telemetry: SilentTelemetry;
  let scheduler: Scheduler;
  let registry: ModelRegistry;
  let dataPlane: DataPlane;
  /** What `prepare` does; files that cannot be converted are made by replacing it. */
  let prepare: (artifact: string) => Promise<string>;
  let planned: WarmUp;

  beforeEach(() => {
    clock = new FakeClock();
    pool = new PuppetPool();
    telemetry = new SilentTelemetry();
    prepare = async artifact => `${artifact}.plan`;
    planned = NO_WARM_UP;
    scheduler = new Scheduler({ pool, clock, telemetry, policy: adaptive, slotsPerWorker: 1 });
    registry = new ModelRegistry({
      pool,
      scheduler,
      telemetry,
      prepare: async ({ artifact }) => ({ kind: 'plan', file: await prepare(artifact) }),
      planWarmUp: async () => planned,
      clock,
      loadTimeoutMs: () => Number.POSITIVE_INFINITY,
      schedule: modelScheduling(serverSettings()),
    });
    dataPlane = new DataPlane({ registry, scheduler, telemetry, server: { name: 's', version: '1', extensions: [] } });
    pool.start({
      joined: worker => void registry.workerJoined(worker),
      lost: (worker, reason) => registry.workerLost(worker, reason),
    });
    pool.join(0);
  });

  /** Asks and lets the request go to its worker; answers are the test's. */
  async function ask(name: string, version?: string) {
    const context = new RequestContext('r', Number.POSITIVE_INFINITY, {});
    const answer = dataPlane.infer(context, { name, version }, rowsRequest([1]));
    answer.catch(() => {});
    await nextTurn();
    clock.endTurn();
    await nextTurn();
    return { answer, frame: pool.frames.at(-1)! };
  }

  const loaded = () => pool.loads.map(({ worker, spec: { key } }) => `${worker} ${key}`);

  it('serves a version when every worker has loaded it, and not before', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [spec('m')]);
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
    planned = { batches: [[rowsRequest([7])]], runs: 1, required: true, streams: false };
    const done = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    assert.deepEqual(
      pool.frames.map(({ worker }) => worker),
      [0, 1],
    );
    assert.throws(() => registry.acquire({ name: 'm' }), code('FAILED_PRECONDITION'));
    for (const frame of pool.frames) frame.echo();
    await done;
    pool.lose(1);
    pool.join(1);
    await nextTurn();
    assert.deepEqual([pool.frames.length, pool.frames[2].worker], [3, 1]);
    pool.frames[2].echo();
    pool.onFrame = frame => frame.fail('no such layer');
    await assert.rejects(registry.setDesired('m', [spec('m')]), /warm_up: no such layer/);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });

  it('finds versions by name, the newest if none is said', async () => {
    await registry.setDesired('m', [spec('m', 'v2'), spec('m', 'v10')]);
    assert.equal(registry.find({ name: 'm' }).spec.version, 'v10');
    assert.equal(registry.find({ name: 'm', version: 'v2' }).spec.version, 'v2');
    assert.throws(() => registry.find({ name: 'm', version: 'v3' }), /Model m with version v3 not found/);
    assert.throws(() => registry.find({ name: 'n' }), code('NOT_FOUND'));
    assert.throws(() => registry.find({ name: '__proto__' }), code('NOT_FOUND'));
  });

  it('takes the new generation of a reload only when it is loaded, and ends the old one after its last answer', async () => {
    await registry.setDesired('m', [spec('m')]);
    const before = await ask('m');
    const loads = new HeldLoads(pool);
    const reload = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    assert.equal(registry.find({ name: 'm' }).key, 'm@#1');
    loads.succeed(0);
    await reload;
    assert.equal(registry.find({ name: 'm' }).key, 'm@#2');
    await nextTurn();
    assert.deepEqual(pool.unloads, []);
    before.frame.echo();
    await before.answer;
    await nextTurn();
    assert.deepEqual(pool.unloads, [{ worker: 0, key: 'm@#1' }]);
    assert.equal(before.frame.frame.model, 'm@#1');
    const after = await ask('m');
    assert.equal(after.frame.frame.model, 'm@#2');
  });

  it('keeps what serves when a reload fails, in the conversion or in a worker', async () => {
    await registry.setDesired('m', [spec('m')]);
    prepare = async () => {
      throw new ServerError('INVALID_ARGUMENT', 'half a file');
    };
    await assert.rejects(registry.setDesired('m', [spec('m')]), /half a file/);
    prepare = async artifact => artifact;
    pool.onLoad = async () => ({ ok: false, error: { code: 'INVALID_ARGUMENT', message: 'no such method' } });
    await assert.rejects(registry.setDesired('m', [spec('m')]), /no such method/);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
    assert.deepEqual(
      [...registry.versions()].map(({ key, state, reason }) => `${key} ${state} ${reason}`),
      ['m@#1 ready ', 'm@#3 failed no such method'],
    );
  });

  it('unloads what failed in one worker from the others', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [spec('m')]);
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
    assert.throws(() => registry.acquire({ name: 'm' }), code('NOT_FOUND'));
  });

  it('gives up a load that an unload overtakes, and ends as was asked last', async () => {
    const loads = new HeldLoads(pool);
    const first = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    const second = registry.setDesired('m', []);
    const third = registry.setDesired('m', [spec('m')]);
    await assert.rejects(first, code('ABORTED'));
    await nextTurn();
    assert.deepEqual(loaded(), ['0 m@#1', '0 m@#2']);
    assert.deepEqual(pool.unloads, [], 'an unload may not overtake the load that is under way');
    loads.succeed(0);
    await Promise.all([second, third]);
    assert.equal(registry.find({ name: 'm' }).key, 'm@#2');
    await nextTurn();
    assert.deepEqual(pool.unloads, [{ worker: 0, key: 'm@#1' }]);
    assert.ok(!telemetry.states.some(state => state.endsWith('failed')));
  });

  it('unloads what was never loaded to the end, although its load hangs', async () => {
    const loads = new HeldLoads(pool);
    const load = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    await Promise.all([
      registry.setDesired('m', []),
      assert.rejects(load, /Model m was unloaded while it was loading/),
    ]);
    assert.throws(() => registry.find({ name: 'm' }), code('NOT_FOUND'));
    assert.deepEqual(loads.waiting, ['0 m']);
  });

  it('meets all wishes that come while it loads by one more load', async () => {
    const loads = new HeldLoads(pool);
    const first = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    const others = [1, 2, 3].map(() => registry.setDesired('m', [spec('m')]));
    loads.succeed(0);
    await first;
    await nextTurn();
    loads.succeed(0);
    await Promise.all(others);
    assert.deepEqual(loaded(), ['0 m@#1', '0 m@#2']);
  });

  it('refuses a wish that a later one takes back before it was begun', async () => {
    const loads = new HeldLoads(pool);
    const one = spec('m', '1');
    const first = registry.setDesired('m', [one]);
    await nextTurn();
    const second = registry.setDesired('m', [one, spec('m', '2')]);
    const third = registry.setDesired('m', [one]);
    loads.succeed(0);
    await first;
    await assert.rejects(second, /Model m with version 2 was unloaded while it was loading/);
    await third;
    assert.deepEqual(loaded(), ['0 m@1#1']);
  });

  it('leaves alone the very specs that are desired already, whether they serve or have failed', async () => {
    const [one, two] = [spec('m', '1'), spec('m', '2', '/broken')];
    prepare = async artifact => {
      if (artifact === '/broken') throw new ServerError('INVALID_ARGUMENT', 'half a file');
      return artifact;
    };
    await assert.rejects(registry.setDesired('m', [one, two]), /half a file/);
    await registry.setDesired('m', [one, two, spec('m', '3')]);
    assert.deepEqual(loaded(), ['0 m@1#1', '0 m@3#3']);
    assert.deepEqual(registry.desired('m')[1], two);
  });

  it('keeps what is left out in service while what should take over cannot be loaded', async () => {
    await registry.setDesired('m', [spec('m', '1')]);
    pool.onLoad = async () => ({ ok: false, error: { code: 'INVALID_ARGUMENT', message: 'damaged' } });
    await assert.rejects(registry.setDesired('m', [spec('m', '2')]), /damaged/);
    assert.equal(registry.acquire({ name: 'm' }).spec.version, '1');
    await assert.rejects(registry.setDesired('m', [spec('m', '2')]), /damaged/);
    assert.equal(registry.acquire({ name: 'm' }).spec.version, '1');
    await registry.setDesired('m', []);
    assert.throws(() => registry.find({ name: 'm' }), code('NOT_FOUND'));
  });

  it('while there are requests, loads one worker after the other and sends the one that loads nothing', async () => {
    pool.join(1);
    await registry.setDesired('m', [spec('m')]);
    const loads = new HeldLoads(pool);
    const [a, b] = [await ask('m'), await ask('m')];
    assert.deepEqual([a.frame.worker, b.frame.worker], [0, 1]);
    const reload = registry.setDesired('m', [spec('m')]);
    const other = registry.setDesired('n', [spec('n')]);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 m', '0 n']);
    a.frame.echo();
    await a.answer;
    const waiting = await ask('m');
    assert.equal(pool.frames.length, 2, 'worker 0 loads, worker 1 is busy');
    b.frame.echo();
    await nextTurn();
    assert.equal(pool.frames.at(-1)?.worker, 1);
    loads.succeed(0);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['1 m', '1 n']);
    pool.frames.at(-1)!.echo();
    await waiting.answer;
    assert.equal((await ask('m')).frame.worker, 0);
    loads.succeed(1);
    await Promise.all([reload, other]);
    assert.equal((await ask('m')).frame.frame.model, 'm@#2');
  });

  it('when it stops, tells those who wait for a load and refuses new ones; what serves goes on', async () => {
    await registry.setDesired('m', [spec('m')]);
    new HeldLoads(pool);
    const reload = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    registry.stop();
    const refusal = { code: 'UNAVAILABLE', message: 'the server is stopping' };
    await assert.rejects(reload, refusal);
    await assert.rejects(registry.setDesired('m', []), refusal);
    await assert.rejects(registry.setDesired('n', [spec('n')]), refusal);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });

  it('drains versions that are left out while the others go on', async () => {
    await registry.setDesired('m', [spec('m', '1'), spec('m', '2')]);
    await registry.setDesired('m', [spec('m', '2')]);
    await nextTurn();
    assert.throws(() => registry.find({ name: 'm', version: '1' }), code('NOT_FOUND'));
    assert.equal(registry.find({ name: 'm' }).spec.version, '2');
    assert.ok(telemetry.states.includes('m:1 unloaded'));
  });

  it('waits with an unload for the requests under way', async () => {
    await registry.setDesired('m', [spec('m')]);
    const running = await ask('m');
    await registry.setDesired('m', []);
    await assert.rejects(
      dataPlane.infer(new RequestContext('r', 0, {}), { name: 'm' }, rowsRequest([1])),
      code('NOT_FOUND'),
    );
    assert.deepEqual(pool.unloads, []);
    running.frame.echo();
    assert.deepEqual([...((await running.answer).outputs[0].data as Float64Array)], [1]);
    await nextTurn();
    assert.deepEqual(pool.unloads, [{ worker: 0, key: 'm@#1' }]);
  });

  it('gives a new worker every model before it may take requests', async () => {
    await registry.setDesired('m', [spec('m')]);
    await registry.setDesired('n', [spec('n')]);
    const loads = new HeldLoads(pool);
    pool.lose(0);
    pool.join(0);
    const waiting = await ask('m');
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
    await registry.setDesired('m', [spec('m')]);
    pool.onLoad = async () => ({ ok: false, error: { code: 'ABORTED', message: 'the file is another one' } });
    pool.lose(0);
    pool.join(0);
    await nextTurn();
    assert.match(registry.find({ name: 'm' }).reason, /^worker 0 could not load it again: the file is another one$/);
    assert.deepEqual([(await ask('m')).frame.worker, pool.frames.length], [1, 1]);
    const waiting = await ask('m');
    assert.equal(pool.frames.length, 1, 'worker 1 is busy');
    pool.frames[0].echo();
    await nextTurn();
    assert.equal(pool.frames[1].worker, 1);
    pool.frames[1].echo();
    await waiting.answer;
    pool.lose(1);
    assert.equal((await ask('m')).frame.worker, 0);
  });

  it('tries again when a file is written to while it is loaded, but not for ever', async () => {
    const changed = new ServerError('ABORTED', 'the file was changed while it was loaded');
    let attempts = 0;
    prepare = async artifact => {
      if (++attempts === 1) throw changed;
      return artifact;
    };
    await registry.setDesired('m', [spec('m')]);
    assert.equal(attempts, 2);
    prepare = async () => {
      attempts++;
      throw changed;
    };
    await assert.rejects(registry.setDesired('m', [spec('m')]), changed);
    assert.equal(attempts, 5);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });

  it('loads what is being loaded into a worker that joins meanwhile', async () => {
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    pool.join(1);
    loads.succeed(0);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['1 m']);
    assert.throws(() => registry.acquire({ name: 'm' }), code('FAILED_PRECONDITION'));
    loads.succeed(1);
    await done;
    registry.acquire({ name: 'm' }).release();
  });

  it('loads again into the replacement of a worker that was lost while it loaded', async () => {
    pool.join(1);
    const loads = new HeldLoads(pool);
    const done = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    loads.lose(0);
    pool.join(0);
    loads.succeed(1);
    await nextTurn();
    assert.deepEqual(loads.waiting, ['0 m']);
    loads.succeed(0);
    await done;
    assert.equal(loaded().filter(load => load === '0 m@#1').length, 2);
  });

  it('waits for a worker when there is none', async () => {
    pool.lose(0);
    const done = registry.setDesired('m', [spec('m')]);
    await nextTurn();
    assert.deepEqual(pool.loads, []);
    pool.join(0);
    await done;
    assert.deepEqual(loaded(), ['0 m@#1']);
  });

  it('blames the model that always stops its worker, and none of those that were loaded beside it', async () => {
    const loads = new HeldLoads(pool);
    const good = registry.setDesired('good', [spec('good')]);
    const bad = registry.setDesired('bad', [spec('bad')]);
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
    assert.equal(loaded().filter(load => load.startsWith('0 bad')).length, 3);
  });
});
