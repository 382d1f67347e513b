import assert from 'node:assert/strict';
import { mkdirSync, renameSync, symlinkSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { SETTLE_MS } from '../../src/lifecycle/repository-watcher.js';
import { until } from '../support/until.js';
import { awayFor, MODELS, SKLEARN, version, Watched } from '../support/watched-repository.js';

test('new, changed and removed models and versions become what is served', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model.joblib', 'a2');
  watched.write('b/3/model-settings.json', version('b', '3'));
  watched.write('b/3/model.joblib', 'b3');
  watched.remove('b/1');
  watched.write('new/model-settings.json', SKLEARN);
  watched.write('new/model.joblib', 'n');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a2' && '' in watched.serving('new'));
  await until(() => !('1' in watched.serving('b')));
  assert.deepEqual(watched.serving('b'), { 2: 'b2', 3: 'b3' });
  assert.deepEqual(watched.loads.toSorted(), ['a2', 'b3', 'n'], 'and nothing else is loaded');
  watched.remove('new');
  await watched.settle();
  await until(() => !('' in watched.serving('new')));
});

test('what is still being written is left alone', async t => {
  const watched = await Watched.begin(t);
  for (let part = 1; part <= 5; part++) {
    watched.write('a/model.joblib', 'x'.repeat(part));
    await watched.watcher.look();
    watched.clock.advance(SETTLE_MS - 1);
    await watched.watcher.look();
    assert.deepEqual(watched.loads, []);
  }
  await watched.settle();
  await until(() => watched.loads.length > 0);
  assert.deepEqual(watched.loads, ['xxxxx']);
});

test('files that were only touched, and settings written anew as they were, change nothing', async t => {
  const watched = await Watched.begin(t);
  utimesSync(join(watched.root, 'a/model.joblib'), 1, 1);
  watched.write('b/1/model.joblib', 'b1');
  watched.write('b/2/model-settings.json', version('b', '2'));
  await watched.settle();
  assert.deepEqual(watched.loads, []);
});

test('a change of settings alone loads that version anew', async t => {
  const watched = await Watched.begin(t);
  watched.write('b/2/model-settings.json', version('b', '2', { max_batch_size: 5 }));
  await watched.settle();
  await until(() => watched.loads.length > 0);
  assert.deepEqual(watched.loads, ['b2']);
});

test('the last of many quick changes is what is served', async t => {
  const watched = await Watched.begin(t);
  for (let i = 1; i <= 20; i++) {
    watched.write('a/model.joblib', `quick ${i}`);
    await watched.watcher.look();
    watched.clock.advance(i % 2 === 0 ? SETTLE_MS : 100);
  }
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'quick 20');
});

test('a file that cannot be loaded leaves what served, with the reason, until it is restored', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model.joblib', 'bad 1');
  await watched.settle();
  await until(() => watched.loads.length > 0);
  const index = async () => (await watched.admin.index({ ready: true })).find(({ name }) => name === 'a');
  assert.deepEqual(watched.serving('a'), { '': 'a1' });
  assert.deepEqual(await index(), { name: 'a', version: undefined, state: 'READY', reason: 'the file is bad 1' });
  await watched.settle();
  assert.deepEqual(watched.loads, ['bad 1'], 'it is not tried again as long as it is the same');

  watched.write('a/model.joblib', 'a1');
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.loads], [{ '': 'a1' }, ['bad 1']], 'the same is not loaded again');
  assert.equal((await index())?.reason, '');
  watched.write('a/model.joblib', 'a3');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a3');
});

test('settings or files that cannot be read are no wish to unload', async t => {
  const watched = await Watched.begin(t);
  watched.write('a/model-settings.json', '{"name": ');
  watched.write('b/1/model-settings.json', version('b', '1', { parameters: { version: '1', uri: 'gone' } }));
  watched.remove('b/2');
  await watched.settle();
  await until(() => !('2' in watched.serving('b')));
  assert.deepEqual([watched.serving('a'), watched.serving('b')], [{ '': 'a1' }, { 1: 'b1' }]);
  const index = new Map((await watched.admin.index({ ready: true })).map(({ name, reason }) => [name, reason]));
  assert.match(index.get('a') ?? '', /^a\/model-settings\.json: expected JSON, found /);
  assert.match(index.get('b') ?? '', /^Invalid URI specified for model b /);
  await watched.log.find(
    /^Failed load model settings at .*a\/model-settings\.json: a\/model-settings\.json: expected JSON/,
  );
  watched.write('a/model-settings.json', SKLEARN);
  watched.write('b/1/model-settings.json', version('b', '1'));
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.serving('b'), watched.loads], [{ '': 'a1' }, { 1: 'b1' }, []]);
});

test('what could not be reached is tried again after a while, although nothing has changed', async t => {
  const watched = await Watched.begin(t);
  watched.outOfReach = 'b2 new';
  watched.write('b/2/model.joblib', 'b2 new');
  await watched.settle();
  await until(() => watched.loads.length === 1);
  watched.outOfReach = '';
  await watched.settle();
  assert.deepEqual([watched.serving('b')[2], watched.loads], ['b2', ['b2 new']]);
  watched.clock.advance(30_000);
  await watched.settle();
  await until(() => watched.serving('b')[2] === 'b2 new');
  assert.deepEqual(watched.loads, ['b2 new', 'b2 new']);
});

test('what could not be reached at the start is tried again as well', async t => {
  const watched = await Watched.begin(t);
  watched.watcher.loadFailed('a', new ServerError('UNAVAILABLE', 'its worker stopped'));
  await watched.settle();
  assert.deepEqual(watched.loads, [], 'only who says so is tried again');
  await watched.registry.setDesired('a', []);
  watched.watcher.loadFailed('a', awayFor(30));
  await watched.settle();
  assert.deepEqual(watched.loads, []);
  watched.clock.advance(30_000);
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a1');
});

test('a repository that goes away for a while takes no model with it', async t => {
  const watched = await Watched.begin(t);
  const away = `${watched.root}-away`;
  renameSync(watched.root, away);
  for (let look = 1; look <= 3; look++) {
    await watched.watcher.look();
    watched.clock.advance(SETTLE_MS);
  }
  await watched.log.find(/^Failed load model settings at .*: the model repository .* is not there any more$/);
  renameSync(away, watched.root);
  watched.remove('a');
  await watched.settle();
  await until(() => !('' in watched.serving('a')));
  assert.deepEqual([watched.serving('b'), watched.loads], [{ 1: 'b1', 2: 'b2' }, []]);
});

test('folders are replaced by renaming, and by links as Kubernetes mounts them', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'linked/..one/model-settings.json': SKLEARN,
    'linked/..one/model.joblib': 'one',
  });
  const linked = (name: string) => join(watched.root, 'linked', name);
  symlinkSync('..one', linked('..data'));
  for (const file of ['model-settings.json', 'model.joblib']) symlinkSync(`..data/${file}`, linked(file));
  watched.write('next/model-settings.json', version('b', '2'));
  watched.write('next/model.joblib', 'renamed');
  renameSync(join(watched.root, 'b/2'), join(watched.root, '.old'));
  renameSync(join(watched.root, 'next'), join(watched.root, 'b/2'));
  await watched.settle();
  await until(() => watched.serving('linked')[''] === 'one' && watched.serving('b')[2] === 'renamed');

  mkdirSync(linked('..two'));
  watched.write('linked/..two/model-settings.json', SKLEARN);
  watched.write('linked/..two/model.joblib', 'two');
  symlinkSync('..two', linked('..new'));
  renameSync(linked('..new'), linked('..data'));
  watched.remove('linked/..one');
  await watched.settle();
  await until(() => watched.serving('linked')[''] === 'two');
  assert.deepEqual(watched.loads.toSorted(), ['one', 'renamed', 'two']);
});

test('of version folders the newest that fits takes over, and gives way when it goes', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'c/model-settings.json': { ...SKLEARN, aspired_version: '1.x' },
    'c/1.0.0/model.joblib': 'c1.0',
  });
  watched.write('c/1.1.0/model.joblib', 'c1.1');
  watched.write('c/2.0.0/model.joblib', 'c2');
  await watched.settle();
  await until(() => '1.1.0' in watched.serving('c') && !('1.0.0' in watched.serving('c')));

  watched.write('c/1.2.0/model.joblib', 'bad');
  await watched.settle();
  await until(() => watched.loads.includes('bad'));
  assert.deepEqual(watched.serving('c'), { '1.1.0': 'c1.1' });

  watched.remove('c/1.2.0');
  watched.write('c/1.1.0/model-settings.json', '{');
  await watched.settle();
  assert.deepEqual(watched.serving('c'), { '1.1.0': 'c1.1' }, 'broken, it still serves');

  watched.remove('c/1.1.0');
  await watched.settle();
  await until(() => '1.0.0' in watched.serving('c') && !('1.1.0' in watched.serving('c')));
  watched.write('c/model-settings.json', { ...SKLEARN, aspired_version: '2.x' });
  await watched.settle();
  await until(() => '2.0.0' in watched.serving('c') && !('1.0.0' in watched.serving('c')));
});

test('a version that was loaded beyond the range goes when its folder does', async t => {
  const watched = await Watched.begin(t, {
    ...MODELS,
    'c/model-settings.json': { ...SKLEARN, aspired_version: '1.x' },
    'c/1.0.0/model.joblib': 'c1',
    'c/2.0.0/model.joblib': 'c2',
  });
  await watched.admin.load({ name: 'c', version: '2.0.0' });
  await watched.settle();
  assert.deepEqual(watched.serving('c'), { '1.0.0': 'c1', '2.0.0': 'c2' });
  watched.remove('c/2.0.0');
  await watched.settle();
  await until(() => !('2.0.0' in watched.serving('c')));
  assert.deepEqual([watched.serving('c'), watched.loads], [{ '1.0.0': 'c1' }, ['c2']]);
});

test('a model that was unloaded by hand comes back when it changes', async t => {
  const watched = await Watched.begin(t);
  await watched.admin.unload({ name: 'a' });
  await watched.settle();
  assert.deepEqual([watched.serving('a'), watched.loads], [{}, []]);
  watched.write('a/model.joblib', 'a2');
  await watched.settle();
  await until(() => watched.serving('a')[''] === 'a2');
});

test('looks follow one another until it is stopped', async t => {
  const watched = await Watched.begin(t);
  const { clock, watcher } = watched;
  watcher.start();
  watched.write('a/model.joblib', 'a2');
  for (let look = 1; look <= 2; look++) {
    clock.advance(1000);
    await until(() => clock.pendingTimers === 1);
  }
  await until(() => watched.serving('a')[''] === 'a2');
  watcher.stop();
  assert.equal(clock.pendingTimers, 0);
});

test('a look comes as soon as a change may have settled, and at its own pace when the change is gone', async t => {
  const watched = await Watched.begin(t, MODELS, 500);
  const { clock, watcher, repository } = watched;
  let looks = 0;
  const list = repository.list.bind(repository);
  t.mock.method(repository, 'list', () => {
    looks++;
    return list();
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await until(() => clock.pendingTimers === 1);
  };
  watcher.start();
  watched.write('a/model.joblib', 'a2');
  await pass(500);
  await pass(500);
  assert.deepEqual([looks, watched.loads], [2, []]);
  await pass(SETTLE_MS - 500);
  await until(() => watched.serving('a')[''] === 'a2');

  watched.write('gone/model-settings.json', SKLEARN);
  await pass(500);
  watched.remove('gone');
  await pass(500);
  looks = 0;
  for (let i = 0; i < 5; i++) await pass(100);
  assert.equal(looks, 1);
  watcher.stop();
});

test('a repository that cannot be listed changes nothing, and is told once', async t => {
  const watched = await Watched.begin(t);
  const { repository } = watched;
  t.mock.method(repository, 'list', async () => {
    throw new ServerError('RESOURCE_EXHAUSTED', 'too many folders');
  });
  await watched.watcher.look();
  await watched.watcher.look();
  const told = watched.log.all.filter(({ message }) => message.includes('too many folders'));
  assert.deepEqual(
    told.map(({ message }) => message),
    ['The model repository cannot be read: too many folders'],
  );
  assert.equal(basename(watched.root), 'root');
});
