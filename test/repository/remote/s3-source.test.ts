import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { ServerError } from '../../../src/core/errors.js';
import { RemoteChanged } from '../../../src/repository/remote/remote-source.js';
import { RemoteStore } from '../../../src/repository/remote/remote-store.js';
import { S3Source } from '../../../src/repository/remote/s3-source.js';
import { CuttingProxy } from '../../support/cutting-proxy.js';
import { type Lifetime, suiteLifetime } from '../../support/lifetime.js';
import { NO_MOTO, startMoto } from '../../support/moto.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const CONTENT = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * i) % 251));

const failure = (code: string, message: RegExp) => (error: ServerError) => {
  assert.match(error.message, message);
  assert.equal(error.code, code);
  return true;
};

it('the library has nothing to say in our log about the version of Node', async t => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  t.after(() => process.off('warning', listen));
  await S3Source.open({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
  await new Promise(resolve => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});

describe('models in S3', { skip: NO_MOTO }, () => {
  const lifetime = suiteLifetime();
  let url: string;
  let client: S3Client;

  before(async () => {
    process.env.AWS_ACCESS_KEY_ID = 'key';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    url = await startMoto(lifetime);
    client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'models' }));
  });

  const put = (Key: string, Body: Buffer | string) =>
    client.send(new PutObjectCommand({ Bucket: 'models', Key, Body }));

  function store(t: Lifetime, { endpoint = url, folder = temporaryFolder(t) } = {}): RemoteStore {
    return new RemoteStore({
      folder,
      sources: new Map([['s3', () => S3Source.open({ AWS_ENDPOINT_URL: endpoint })]]),
      warn: () => {},
      maxBytes: 10_000_000,
      idleTimeoutMs: 60_000,
      retryDelayMs: 1,
    });
  }

  it('are one object', async t => {
    await put('one/model.joblib', 'content');
    const path = await store(t).fetch('s3://models/one/model.joblib');
    assert.deepEqual([basename(path), readFileSync(path, 'utf8')], ['model.joblib', 'content']);
  });

  it('are all objects below a name, page by page', async t => {
    await put('many/MLmodel', 'flavors:');
    await put('many/empty/', '');
    await Promise.all(Array.from({ length: 1005 }, (_, i) => put(`many/parts/${i}.bin`, `${i}`)));
    await put('many-others/x', '');
    for (const uri of ['s3://models/many', 's3://models/many/']) {
      const path = await store(t).fetch(uri);
      assert.deepEqual(readdirSync(path), ['MLmodel', 'parts']);
      assert.equal(readdirSync(join(path, 'parts')).length, 1005);
      assert.equal(readFileSync(join(path, 'parts/1004.bin'), 'utf8'), '1004');
    }
  });

  it('go on where the connection was cut', async t => {
    await put('large/model.bin', CONTENT);
    const proxy = await CuttingProxy.start(t, url);
    proxy.cuts.push(Number.POSITIVE_INFINITY, 1_000_000, 700_000);
    assert.deepEqual(
      readFileSync(await store(t, { endpoint: proxy.url }).fetch('s3://models/large/model.bin')),
      CONTENT,
    );
  });

  it('are another state when any object is', async t => {
    await put('state/a', '1');
    await put('state/b', '1');
    const remote = store(t);
    const uri = 's3://models/state';
    const [state, path] = [await remote.stateOf(uri), await remote.fetch(uri)];
    await put('state/a', '1');
    assert.equal(await remote.fetch(uri), path);
    await put('state/b', '2');
    assert.notEqual(await remote.stateOf(uri), state);
    assert.equal(readFileSync(join(await remote.fetch(uri), 'b'), 'utf8'), '2');
  });

  it('that change between looking and reading are found again', async () => {
    await put('moving/model.bin', 'old');
    const source = await S3Source.open({ AWS_ENDPOINT_URL: url });
    const signal = new AbortController().signal;
    const { files } = await source.find('s3://models/moving/model.bin', signal);
    await put('moving/model.bin', 'new');
    await assert.rejects(source.read(files[0], 0, signal), error => error instanceof RemoteChanged);
  });

  it('that are not there are refused', async t => {
    const cases: [uri: string, message: RegExp][] = [
      ['s3://models/nothing', /^s3:\/\/models\/nothing: there is nothing of that name \(404\)$/],
      ['s3://no-such-bucket/model', /there is nothing of that name \(404\)$/],
      ['s3://', /expected a bucket and a name/],
    ];
    for (const [uri, message] of cases) {
      await assert.rejects(store(t).fetch(uri), failure('FAILED_PRECONDITION', message));
    }
  });

  it('in a store that does not answer are UNAVAILABLE', async t => {
    const remote = store(t, { endpoint: 'http://127.0.0.1:1' });
    await assert.rejects(remote.fetch('s3://models/one/model.joblib'), failure('UNAVAILABLE', /no answer/));
  });
});
