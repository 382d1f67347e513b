import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpStatus } from '../../../src/core/status.js';
import { failureOfStatus, shownUri } from '../../../src/repository/remote/remote-source.js';

test('messages show no secret of a URI', () => {
  const cases: [uri: string, shown: string][] = [
    ['https://user:secret@host/model?X-Amz-Signature=secret#secret', 'https://host/model'],
    ['https://host/a@b/model', 'https://host/a@b/model'],
    ['s3://bucket/model', 's3://bucket/model'],
  ];
  for (const [uri, shown] of cases) assert.equal(shownUri(uri), shown);
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
