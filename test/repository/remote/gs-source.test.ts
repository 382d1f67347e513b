import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ServerError } from '../../../src/core/errors.js';
import { GsSource } from '../../../src/repository/remote/gs-source.js';
import { RemoteChanged } from '../../../src/repository/remote/remote-source.js';
import { RemoteStore } from '../../../src/repository/remote/remote-store.js';
import { FakeGcs } from '../../support/fake-gcs.js';
import { type Lifetime, suiteLifetime } from '../../support/lifetime.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));

describe('models in Google Cloud Storage', () => {
  const lifetime = suiteLifetime();
  let gcs: FakeGcs;

  before(async () => {
    gcs = await FakeGcs.start(lifetime);
    process.env.STORAGE_EMULATOR_HOST = gcs.url;
  });

  function store(t: Lifetime): RemoteStore {
    return new RemoteStore({
      folder: temporaryFolder(t),
      sources: new Map([['gs', () => GsSource.open()]]),
      warn: () => {},
      maxBytes: 10_000_000,
      idleTimeoutMs: 60_000,
      retryDelayMs: 1,
    });
  }

  it('are one object', async t => {
    gcs.put('models', 'one/model.joblib', 'content');
    const path = await store(t).fetch('gs://models/one/model.joblib');
    assert.deepEqual([basename(path), readFileSync(path, 'utf8')], ['model.joblib', 'content']);
  });

  it('are all objects below a name', async t => {
    gcs.put('models', 'many/MLmodel', 'flavors:');
    gcs.put('models', 'many/empty/', '');
    gcs.put('models', 'many/sub/weights.bin', 'w');
    gcs.put('models', 'many-others/x', '');
    const path = await store(t).fetch('gs://models/many');
    assert.deepEqual(readdirSync(path, { recursive: true }).sort(), ['MLmodel', 'sub', 'sub/weights.bin']);
    assert.equal(readFileSync(join(path, 'sub/weights.bin'), 'utf8'), 'w');
  });

  it('are refused when they are more than a model has, not cut off', async () => {
    for (let i = 0; i <= 10_000; i++) gcs.put('models', `countless/${i}`, '');
    await assert.rejects((await GsSource.open()).find('gs://models/countless'), /more than 10000 files$/);
  });

  it('go on where the connection was cut', async t => {
    gcs.put('models', 'large.bin', CONTENT);
    gcs.cuts.push(100_000);
    gcs.ranges.length = 0;
    assert.deepEqual(readFileSync(await store(t).fetch('gs://models/large.bin')), CONTENT);
    assert.match(gcs.ranges.at(-1)!, /^bytes=[1-9]\d*-/);
  });

  it('are another state when they are written again', async t => {
    gcs.put('models', 'state.bin', '1');
    const remote = store(t);
    const state = await remote.stateOf('gs://models/state.bin');
    assert.equal(await remote.stateOf('gs://models/state.bin'), state);
    gcs.put('models', 'state.bin', '2');
    assert.notEqual(await remote.stateOf('gs://models/state.bin'), state);
  });

  it('that change between looking and reading are found again', async () => {
    gcs.put('models', 'moving.bin', 'old');
    const source = await GsSource.open();
    const { files } = await source.find('gs://models/moving.bin');
    gcs.put('models', 'moving.bin', 'new');
    const { signal } = new AbortController();
    await assert.rejects(source.read(files[0], 0, signal), error => error instanceof RemoteChanged);
  });

  it('that are not there are refused', async t => {
    await assert.rejects(store(t).fetch('gs://models/nothing'), (error: ServerError) => {
      assert.equal(error.message, 'gs://models/nothing: there is nothing of that name (404)');
      return error.code === 'FAILED_PRECONDITION';
    });
  });
});
