import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketAndKey, findInBucket } from '../../../src/repository/remote/bucket.js';

/** What a URI finds in a bucket with these keys. */
function find(uri: string, keys: readonly string[]) {
  const stored = (key: string) => ({ key, byteLength: 1, tag: 't' });
  return findInBucket(uri, {
    object: async key => (keys.includes(key) ? stored(key) : undefined),
    below: async prefix => keys.filter(key => key.startsWith(prefix)).map(stored),
  });
}

const found = async (uri: string, keys: readonly string[]) => {
  const { files, isFolder } = await find(uri, keys);
  return { isFolder, files: files.map(({ key, path }) => [key, path]) };
};

test('a key is what stands behind the bucket, as it is written', () => {
  assert.deepEqual(bucketAndKey('s3://b/a b/%2e#?x'), { bucket: 'b', key: 'a b/%2e#?x' });
  assert.deepEqual(bucketAndKey('GS://b'), { bucket: 'b', key: '' });
  assert.throws(() => bucketAndKey('s3:///key'), /expected a bucket and a name/);
});

test('a name is an object, or else all objects below it', async () => {
  const keys = ['m', 'm/model.bin', 'm/empty/', 'm/sub/x', 'many'];
  const below = [
    ['s3://b/m/model.bin', 'model.bin'],
    ['s3://b/m/sub/x', 'sub/x'],
  ];
  assert.deepEqual(await found('s3://b/m', keys), { isFolder: false, files: [['s3://b/m', 'm']] });
  assert.deepEqual(await found('s3://b/m/sub/x', keys), { isFolder: false, files: [['s3://b/m/sub/x', 'x']] });
  assert.deepEqual(await found('s3://b/m/', keys), { isFolder: true, files: below });
  assert.deepEqual(await found('s3://b/m', keys.slice(1)), { isFolder: true, files: below });
  for (const uri of ['s3://b', 's3://b/']) {
    assert.deepEqual(await found(uri, ['x/y']), { isFolder: true, files: [['s3://b/x/y', 'x/y']] });
  }
  await assert.rejects(find('s3://b/none', keys), /there is nothing of that name/);
});

test('names below a folder are paths in it', async () => {
  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a/.', 'a\\b', 'a\0b', '..']) {
    await assert.rejects(
      find('s3://b/p', [`p/${name}`]),
      /^ServerError: s3:\/\/b\/p: the name 'p\/.*' is no path in a folder$/s,
    );
  }
});

test('more objects than a model has are refused, not cut off', async () => {
  const keys = Array.from({ length: 10_001 }, (_, i) => `m/${i}`);
  await assert.rejects(find('s3://b/m', keys), /more than 10000 files$/);
  assert.equal((await find('s3://b/m', keys.slice(1))).files.length, 10_000);
});
