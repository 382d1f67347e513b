import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpStatus } from '../../../src/core/status.js';
import { bucketAndKey, failureOfStatus, pathBelow, shownUri } from '../../../src/repository/remote/remote-source.js';

test('messages show no secret of a URI', () => {
  const cases: [uri: string, shown: string][] = [
    ['https://user:secret@host/model?X-Amz-Signature=secret#secret', 'https://host/model'],
    ['https://host/a@b/model', 'https://host/a@b/model'],
    ['s3://bucket/model', 's3://bucket/model'],
  ];
  for (const [uri, shown] of cases) assert.equal(shownUri(uri), shown);
});

test('names below a folder are paths in it', () => {
  assert.equal(pathBelow('models/iris/', 'models/iris/sub/model.bin', 'u'), 'sub/model.bin');
  for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a/.', 'a\\b', 'a\0b', '..']) {
    assert.throws(
      () => pathBelow('p/', `p/${name}`, 's3://b/p'),
      /^ServerError: s3:\/\/b\/p: the name 'p\/.*' is no path in a folder$/s,
    );
  }
});

test('a key is what stands behind the bucket, as it is written', () => {
  assert.deepEqual(bucketAndKey('s3://b/a b/%2e#?x'), { bucket: 'b', key: 'a b/%2e#?x' });
  assert.deepEqual(bucketAndKey('GS://b'), { bucket: 'b', key: '' });
  assert.throws(() => bucketAndKey('s3:///key'), /expected a bucket and a name/);
});

test('statuses of a store: what may pass is UNAVAILABLE, the rest a URI that leads nowhere', () => {
  const cases: [status: number, code: string, http: number][] = [
    [404, 'FAILED_PRECONDITION', 422],
    [403, 'FAILED_PRECONDITION', 422],
    [400, 'FAILED_PRECONDITION', 422],
    [429, 'UNAVAILABLE', 503],
    [503, 'UNAVAILABLE', 503],
  ];
  for (const [status, code, http] of cases) {
    const error = failureOfStatus('s3://b/k', status);
    assert.deepEqual([error.code, httpStatus(error)], [code, http]);
  }
});
