import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokersOf } from '../../src/kafka/start-kafka.js';

describe('kafka_servers', () => {
  it('names brokers, with the usual port unless it says another', () => {
    assert.deepEqual(brokersOf('localhost'), ['localhost:9092']);
    assert.deepEqual(brokersOf('a:1, b.example.com ,10.0.0.1:9093'), ['a:1', 'b.example.com:9092', '10.0.0.1:9093']);
  });

  for (const servers of ['', 'a,', 'a:b', 'http://a:1', ':1', 'a b', '[::1]:9092']) {
    it(`refuses '${servers}'`, () => {
      assert.throws(() => brokersOf(servers), { message: /^kafka_servers: expected host:port/ });
    });
  }
});
