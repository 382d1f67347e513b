import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readyUrl } from '../../src/image/ready-url.js';

test('a server is asked at an address that it listens on', () => {
  const hosts = ['0.0.0.0', '10.0.0.7', 'localhost', '::', 'fd00::1'];
  assert.deepEqual(
    hosts.map(host => readyUrl({ host, httpPort: 90 })),
    ['127.0.0.1', '10.0.0.7', 'localhost', '[::1]', '[fd00::1]'].map(host => `http://${host}:90/v2/health/ready`),
  );
});
