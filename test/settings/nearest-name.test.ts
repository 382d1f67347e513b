import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestName } from '../../src/settings/nearest-name.js';

const known = ['http_port', 'grpc_port', 'host', 'debug', 'parallel_workers', 'max_batch_size'];

const cases: [written: string, meant: string | undefined][] = [
  ['http_prot', 'http_port'],
  ['httpport', 'http_port'],
  ['HTTP_PORT', 'http_port'],
  ['paralel_workers', 'parallel_workers'],
  ['parallel_worker', 'parallel_workers'],
  ['max_batchsize', 'max_batch_size'],
  ['debgu', 'debug'],
  ['ghost', 'host'],
  ['hostess', undefined],
  ['ports', undefined],
  ['a', undefined],
  ['', undefined],
  ['something_else', undefined],
];

for (const [written, meant] of cases) {
  test(`${written || 'nothing'} means ${meant ?? 'none of them'}`, () =>
    assert.equal(nearestName(written, known), meant));
}
