import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestContext } from '../../src/core/context.js';
import { ServerError } from '../../src/core/errors.js';
import type { DataPlane } from '../../src/dataplane/dataplane.js';
import type { ModelRegistry } from '../../src/lifecycle/model-registry.js';
import { HeldLoads } from '../support/held-loads.js';
import { rowsRequest } from '../support/models.js';
import type { PuppetPool } from '../support/puppet-pool.js';
import { modelSpec, PuppetRegistry } from '../support/puppet-registry.js';
import type { SilentTelemetry } from '../support/silent-telemetry.js';

describe('ModelRegistry', () => {
  let puppet: PuppetRegistry;
  let pool: PuppetPool;
  let telemetry: SilentTelemetry;
  let registry: ModelRegistry;
  let dataPlane: DataPlane;

  beforeEach(() => {
    puppet = new PuppetRegistry();
    ({ pool, telemetry, registry, dataPlane } = puppet);
  });

  it('finds versions by name, the newest if none is said', async () => {
    await registry.setDesired('m', [modelSpec('m', 'v2'), modelSpec('m', 'v10')]);
    assert.equal(registry.find({ name: 'm' }).spec.version, 'v10');
    assert.equal(registry.find({ name: 'm', version: 'v2' }).spec.version, 'v2');
    assert.throws(() => registry.find({ name: 'm', version: 'v3' }), /Model m with version v3 not found/);
    assert.throws(() => registry.find({ name: 'n' }), { code: 'NOT_FOUND' });
    assert.throws(() => registry.find({ name: '__proto__' }), { code: 'NOT_FOUND' });
  });

  it('takes the new generation of a reload only when it is loaded, and ends the old one after its last answer', async () => {
    await registry.setDesired('m', [modelSpec('m')]);
    const before = await puppet.ask('m');
    const loads = new HeldLoads(pool);
    const reload = registry.setDesired('m', [modelSpec('m')]);
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
    const after = await puppet.ask('m');
    assert.equal(after.frame.frame.model, 'm@#2');
  });

  it('keeps what serves when a reload fails, in the conversion or in a worker', async () => {
    await registry.setDesired('m', [modelSpec('m')]);
    puppet.prepare = async () => {
      throw new ServerError('INVALID_ARGUMENT', 'half a file');
    };
    await assert.rejects(registry.setDesired('m', [modelSpec('m')]), /half a file/);
    puppet.prepare = async artifact => artifact;
    pool.onLoad = async () => ({ ok: false, error: { code: 'INVALID_ARGUMENT', message: 'no such method' } });
    await assert.rejects(registry.setDesired('m', [modelSpec('m')]), /no such method/);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
    assert.deepEqual(
      [...registry.versions()].map(({ key, state, reason }) => `${key} ${state} ${reason}`),
      ['m@#1 ready ', 'm@#3 failed no such method'],
    );
  });

  it('gives up a load that an unload overtakes, and ends as was asked last', async () => {
    const loads = new HeldLoads(pool);
    const first = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    const second = registry.setDesired('m', []);
    const third = registry.setDesired('m', [modelSpec('m')]);
    await assert.rejects(first, { code: 'ABORTED' });
    await nextTurn();
    assert.deepEqual(puppet.loaded, ['0 m@#1', '0 m@#2']);
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
    const load = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    await Promise.all([
      registry.setDesired('m', []),
      assert.rejects(load, /Model m was unloaded while it was loading/),
    ]);
    assert.throws(() => registry.find({ name: 'm' }), { code: 'NOT_FOUND' });
    assert.deepEqual(loads.waiting, ['0 m']);
  });

  it('meets all wishes that come while it loads by one more load', async () => {
    const loads = new HeldLoads(pool);
    const first = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    const others = [1, 2, 3].map(() => registry.setDesired('m', [modelSpec('m')]));
    loads.succeed(0);
    await first;
    await nextTurn();
    loads.succeed(0);
    await Promise.all(others);
    assert.deepEqual(puppet.loaded, ['0 m@#1', '0 m@#2']);
  });

  it('refuses a wish that a later one takes back before it was begun', async () => {
    const loads = new HeldLoads(pool);
    const one = modelSpec('m', '1');
    const first = registry.setDesired('m', [one]);
    await nextTurn();
    const second = registry.setDesired('m', [one, modelSpec('m', '2')]);
    const third = registry.setDesired('m', [one]);
    loads.succeed(0);
    await first;
    await assert.rejects(second, /Model m with version 2 was unloaded while it was loading/);
    await third;
    assert.deepEqual(puppet.loaded, ['0 m@1#1']);
  });

  it('leaves alone the very specs that are desired already, whether they serve or have failed', async () => {
    const [one, two] = [modelSpec('m', '1'), modelSpec('m', '2', '/broken')];
    puppet.prepare = async artifact => {
      if (artifact === '/broken') throw new ServerError('INVALID_ARGUMENT', 'half a file');
      return artifact;
    };
    await assert.rejects(registry.setDesired('m', [one, two]), /half a file/);
    await registry.setDesired('m', [one, two, modelSpec('m', '3')]);
    assert.deepEqual(puppet.loaded, ['0 m@1#1', '0 m@3#3']);
    assert.deepEqual(registry.desired('m')[1], two);
  });

  it('keeps what is left out in service while what should take over cannot be loaded', async () => {
    await registry.setDesired('m', [modelSpec('m', '1')]);
    pool.onLoad = async () => ({ ok: false, error: { code: 'INVALID_ARGUMENT', message: 'damaged' } });
    await assert.rejects(registry.setDesired('m', [modelSpec('m', '2')]), /damaged/);
    assert.equal(registry.acquire({ name: 'm' }).spec.version, '1');
    await assert.rejects(registry.setDesired('m', [modelSpec('m', '2')]), /damaged/);
    assert.equal(registry.acquire({ name: 'm' }).spec.version, '1');
    await registry.setDesired('m', []);
    assert.throws(() => registry.find({ name: 'm' }), { code: 'NOT_FOUND' });
  });

  it('when it stops, tells those who wait for a load and refuses new ones; what serves goes on', async () => {
    await registry.setDesired('m', [modelSpec('m')]);
    new HeldLoads(pool);
    const reload = registry.setDesired('m', [modelSpec('m')]);
    await nextTurn();
    registry.stop();
    const refusal = { code: 'UNAVAILABLE', message: 'the server is stopping' };
    await assert.rejects(reload, refusal);
    await assert.rejects(registry.setDesired('m', []), refusal);
    await assert.rejects(registry.setDesired('n', [modelSpec('n')]), refusal);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });

  it('drains versions that are left out while the others go on', async () => {
    await registry.setDesired('m', [modelSpec('m', '1'), modelSpec('m', '2')]);
    await registry.setDesired('m', [modelSpec('m', '2')]);
    await nextTurn();
    assert.throws(() => registry.find({ name: 'm', version: '1' }), { code: 'NOT_FOUND' });
    assert.equal(registry.find({ name: 'm' }).spec.version, '2');
    assert.ok(telemetry.states.includes('m:1 unloaded'));
  });

  it('waits with an unload for the requests under way', async () => {
    await registry.setDesired('m', [modelSpec('m')]);
    const running = await puppet.ask('m');
    await registry.setDesired('m', []);
    await assert.rejects(dataPlane.infer(new RequestContext(0, {}), { name: 'm' }, rowsRequest([1])), {
      code: 'NOT_FOUND',
    });
    assert.deepEqual(pool.unloads, []);
    running.frame.echo();
    assert.deepEqual([...((await running.answer).outputs[0].data as Float64Array)], [1]);
    await nextTurn();
    assert.deepEqual(pool.unloads, [{ worker: 0, key: 'm@#1' }]);
  });

  it('tries again when a file is written to while it is loaded, but not for ever', async () => {
    const changed = new ServerError('ABORTED', 'the file was changed while it was loaded');
    let attempts = 0;
    puppet.prepare = async artifact => {
      if (++attempts === 1) throw changed;
      return artifact;
    };
    await registry.setDesired('m', [modelSpec('m')]);
    assert.equal(attempts, 2);
    puppet.prepare = async () => {
      attempts++;
      throw changed;
    };
    await assert.rejects(registry.setDesired('m', [modelSpec('m')]), changed);
    assert.equal(attempts, 5);
    assert.equal(registry.acquire({ name: 'm' }).key, 'm@#1');
  });
});
