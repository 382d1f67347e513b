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
    await assert.rejects(admin.load('b'), refused('INVALID_ARGUMENT', 'the file is damaged'));
    const loading = admin.load('c');
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
    await assert.rejects(admin.load('a'), refused('INVALID_ARGUMENT', 'the file is damaged'));
    assert.equal(dataPlane.modelReady({ name: 'a' }), true);
    const reason = 'the file is damaged';
    assert.deepEqual(await admin.index({ ready: true }), [{ name: 'a', version: undefined, state: 'READY', reason }]);
    pool.onLoad = async () => LOADED;
    await admin.load('a');
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
    await assert.rejects(admin.load('a'), refused('NOT_FOUND', `Model a not found: ${reason}`));
  });

  it('goes on listing what is served although it left the repository', async t => {
    const { admin, repository } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    repository.remove('a');
    assert.equal((await admin.index({ ready: true }))[0].name, 'a');
    await admin.unload('a');
    assert.deepEqual(await admin.index({ ready: false }), []);
  });

  it('loads new versions and unloads those that left the repository', async t => {
    const { admin, dataPlane, repository } = await startPuppetServer(t, { models: [{ name: 'a', ...version('1') }] });
    repository.remove('a');
    repository.add({ name: 'a', ...version('2') });
    await admin.load('a');
    assert.equal(dataPlane.modelReady({ name: 'a', version: '2' }), true);
    assert.throws(
      () => dataPlane.modelReady({ name: 'a', version: '1' }),
      refused('NOT_FOUND', 'Model a with version 1 not found'),
    );
  });

  it('refuses to load what is not there and to unload what is not loaded', async t => {
    const { admin, repository, pool } = await startPuppetServer(t, { models: [{ name: 'a' }] });
    const notFound = (name: string) => refused('NOT_FOUND', `Model ${name} not found`);
    await assert.rejects(admin.load('nope'), notFound('nope'));
    await assert.rejects(admin.unload('nope'), notFound('nope'));
    await admin.unload('a');
    await assert.rejects(admin.unload('a'), notFound('a'));
    repository.add({ name: 'b' });
    await assert.rejects(admin.unload('b'), notFound('b'));
    pool.onLoad = async () => BROKEN;
    await assert.rejects(admin.load('b'));
    await assert.rejects(admin.unload('b'), notFound('b'));
  });
});
