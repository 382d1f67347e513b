import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { LoadAnswer } from '../../src/wire/messages.js';
import { FREE_MODEL, startPuppetServer } from '../support/puppet-server.js';
import { until } from '../support/until.js';

const LOADED: LoadAnswer = { ok: true, model: FREE_MODEL };
const BROKEN: LoadAnswer = { ok: false, error: { code: 'INVALID_ARGUMENT', message: 'the file is damaged' } };
const version = (name: string) => ({ parameters: { version: name } });
const refused = (code: string, message: string) => (error: unknown) =>
  error instanceof ServerError && error.code === code && error.message === message;

describe('RepositoryAdmin', () => {
  it('lists every version with its state, and only ready ones when asked', async t => {
    const { admin, repository, pool } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    repository.add({ name: 'b', ...version('1') });
    repository.add({ name: 'b', ...version('2') });
    repository.add({ name: 'c' });
    let finish = (_answer: LoadAnswer) => {};
    pool.onLoad = async (_worker, { name, version }) => {
      if (name === 'c') return new Promise(resolve => (finish = resolve));
      return version === '2' ? BROKEN : LOADED;
    };
    await assert.rejects(admin.load({ name: 'b' }), refused('INVALID_ARGUMENT', 'the file is damaged'));
    const loading = admin.load({ name: 'c' });
    await until(() => pool.loads.some(({ spec }) => spec.name === 'c'));
    const [a, b1] = [
      { name: 'a', version: undefined, state: 'READY', reason: '' },
      { name: 'b', version: '1', state: 'READY', reason: '' },
    ];
    assert.deepEqual(await admin.index({ ready: false }), [
      a,
      b1,
      { name: 'b', version: '2', state: 'UNAVAILABLE', reason: 'the file is damaged' },
      { name: 'c', version: undefined, state: 'UNKNOWN', reason: '' },
    ]);
    assert.deepEqual(await admin.index({ ready: true }), [a, b1]);
    finish(LOADED);
    await loading;
    assert.equal((await admin.index({ ready: true })).length, 3);
  });

  it('says why a reload failed while the version before goes on', async t => {
    const { admin, dataPlane, pool } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    pool.onLoad = async () => BROKEN;
    await assert.rejects(admin.load({ name: 'a' }), refused('INVALID_ARGUMENT', 'the file is damaged'));
    assert.equal(dataPlane.modelReady({ name: 'a' }), true);
    const reason = 'the file is damaged';
    assert.deepEqual(await admin.index({ ready: true }), [{ name: 'a', version: undefined, state: 'READY', reason }]);
    pool.onLoad = async () => LOADED;
    await admin.load({ name: 'a' });
    assert.equal((await admin.index({ ready: true }))[0].reason, '');
  });

  it('lists what cannot even be read, if its name is known', async t => {
    const { admin, repository } = await startPuppetServer(t, { models: [] });
    const error = new ServerError('INVALID_ARGUMENT', "field 'implementation' is missing");
    repository.failures.push({ path: '/models/a', name: 'a', error }, { path: '/models/b', error });
    const reason = "field 'implementation' is missing";
    assert.deepEqual(await admin.index({ ready: false }), [
      { name: 'a', version: undefined, state: 'UNAVAILABLE', reason },
    ]);
    await assert.rejects(admin.load({ name: 'a' }), refused('NOT_FOUND', `Model a not found in memory: ${reason}`));
  });

  it('goes on listing what is served although it left the repository', async t => {
    const { admin, repository } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    repository.remove('a');
    assert.equal((await admin.index({ ready: true }))[0].name, 'a');
    await admin.unload({ name: 'a' });
    assert.deepEqual(await admin.index({ ready: false }), []);
  });

  it('loads new versions and unloads those that left the repository', async t => {
    const { admin, dataPlane, repository } = await startPuppetServer(t, { models: [{ name: 'a', ...version('1') }] });
    repository.remove('a');
    repository.add({ name: 'a', ...version('2') });
    await admin.load({ name: 'a' });
    assert.equal(dataPlane.modelReady({ name: 'a', version: '2' }), true);
    assert.throws(
      () => dataPlane.modelReady({ name: 'a', version: '1' }),
      refused('NOT_FOUND', 'Model a with version 1 not found'),
    );
  });

  it('refuses to load what is not there and to unload what is not loaded', async t => {
    const { admin, repository, pool } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    const notFound = (name: string) => refused('NOT_FOUND', `Model ${name} not found`);
    await assert.rejects(admin.load({ name: 'nope' }), refused('NOT_FOUND', 'Model nope not found in memory'));
    await assert.rejects(admin.unload({ name: 'nope' }), notFound('nope'));
    await admin.unload({ name: 'a' });
    await assert.rejects(admin.unload({ name: 'a' }), notFound('a'));
    repository.add({ name: 'b' });
    await assert.rejects(admin.unload({ name: 'b' }), notFound('b'));
    pool.onLoad = async () => BROKEN;
    await assert.rejects(admin.load({ name: 'b' }));
    await assert.rejects(admin.unload({ name: 'b' }), notFound('b'));
  });

  it('loads and unloads one version beside the others', async t => {
    const { admin, dataPlane, repository, pool } = await startPuppetServer(t, {
      models: [{ name: 'a', ...version('1') }],
    });
    const serving = async () => (await admin.index({ ready: true })).map(item => item.version);
    repository.add({ name: 'a', ...version('2') });
    repository.add({ name: 'a', ...version('3') });
    await admin.load({ name: 'a', version: '2' });
    assert.deepEqual(await serving(), ['1', '2']);
    assert.deepEqual(
      pool.loads.map(({ spec }) => spec.key),
      ['a@1#1', 'a@2#2'],
    );
    await admin.unload({ name: 'a', version: '1' });
    assert.deepEqual(await serving(), ['2']);
    assert.throws(() => dataPlane.modelReady({ name: 'a', version: '1' }));
    await assert.rejects(
      admin.unload({ name: 'a', version: '1' }),
      refused('NOT_FOUND', 'Model a with version 1 not found'),
    );
    await assert.rejects(
      admin.load({ name: 'a', version: '4' }),
      refused('NOT_FOUND', 'Model a with version 4 not found in memory, which has versions 1, 2, 3'),
    );
    pool.onLoad = async () => BROKEN;
    await assert.rejects(admin.load({ name: 'a', version: '2' }), refused('INVALID_ARGUMENT', 'the file is damaged'));
    assert.deepEqual(await serving(), ['2']);
    await admin.unload({ name: 'a', version: '2' });
    assert.deepEqual(await serving(), []);
  });

  it('loads what the policy wants, says so of the rest, and loads that by its version all the same', async t => {
    const { admin, repository } = await startPuppetServer(t, { models: [] });
    for (const name of ['9', '10', '11']) {
      repository.add({ name: 'a', parameters: { version: name, version_policy: { latest: 1 } } });
    }
    await admin.load({ name: 'a' });
    const reason = 'not among the versions to be served (version_policy latest: 1)';
    const [nine, ten, eleven] = await admin.index({ ready: false });
    assert.deepEqual(nine, { name: 'a', version: '9', state: 'UNAVAILABLE', reason });
    assert.deepEqual(ten, { name: 'a', version: '10', state: 'UNAVAILABLE', reason });
    assert.equal(eleven.state, 'READY');
    await admin.load({ name: 'a', version: '9' });
    assert.equal((await admin.index({ ready: false }))[0].state, 'READY');
  });

  it('lists versions that nothing asks to serve, and names them to who asks for another', async t => {
    const { admin, repository } = await startPuppetServer(t, { models: [{ name: 'a', ...version('1.1') }] });
    const reason = "not the newest version that fits aspired_version '1.x'";
    repository.passedOver.push({ name: 'a', version: '1.0', reason });
    assert.deepEqual(await admin.index({ ready: false }), [
      { name: 'a', version: '1.1', state: 'READY', reason: '' },
      { name: 'a', version: '1.0', state: 'UNAVAILABLE', reason },
    ]);
    await assert.rejects(
      admin.load({ name: 'a', version: '3' }),
      refused('NOT_FOUND', 'Model a with version 3 not found in memory, which has versions 1.1, 1.0'),
    );
  });

  it('refuses a policy that no version fits, and goes on with what serves', async t => {
    const { admin, dataPlane, repository } = await startPuppetServer(t, { models: [{ name: 'a', ...version('1') }] });
    repository.remove('a');
    repository.add({ name: 'a', parameters: { version: '2', version_policy: { specific: ['3'] } } });
    await assert.rejects(
      admin.load({ name: 'a' }),
      refused('FAILED_PRECONDITION', 'Model a: its version_policy names version 3, which is not there'),
    );
    assert.equal(dataPlane.modelReady({ name: 'a', version: '1' }), true);
  });

  it('changes a model in the order of the calls, however long the repository takes', async t => {
    const { admin, dataPlane, repository } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    const { find } = repository;
    let look: (() => void) | undefined;
    repository.find = async name => {
      await new Promise<void>(resolve => (look = resolve));
      return find.call(repository, name);
    };
    const calls = [admin.load({ name: 'a' }), admin.unload({ name: 'a' })];
    await until(() => look !== undefined);
    look?.();
    const [load, unload] = await Promise.allSettled(calls);
    assert.equal(unload.status, 'fulfilled');
    assert.throws(() => dataPlane.modelReady({ name: 'a' }));
    assert.ok(load.status === 'fulfilled' || (load.reason as ServerError).code === 'ABORTED');
  });

  it('leaves a version as it serves when it is described twice, or its settings cannot be read, and says so', async t => {
    const { admin, repository, pool } = await startPuppetServer(t, {
      models: [
        { name: 'a', ...version('1') },
        { name: 'a', ...version('2') },
      ],
    });
    const error = new ServerError('ALREADY_EXISTS', 'described twice');
    repository.failures.push({ path: '/models/b', name: 'a', version: '1', error });
    await assert.rejects(admin.load({ name: 'a' }), refused('ALREADY_EXISTS', 'described twice'));
    await assert.rejects(admin.load({ name: 'a', version: '1' }), refused('ALREADY_EXISTS', 'described twice'));
    repository.remove('a');
    repository.add({ name: 'a', ...version('2') });
    await assert.rejects(admin.load({ name: 'a' }), refused('ALREADY_EXISTS', 'described twice'));
    assert.deepEqual(await admin.index({ ready: true }), [
      { name: 'a', version: '2', state: 'READY', reason: '' },
      { name: 'a', version: '1', state: 'READY', reason: 'described twice' },
    ]);
    assert.equal(pool.loads.filter(({ spec }) => spec.version === '1').length, 1);
  });
});
