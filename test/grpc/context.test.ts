import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Metadata, type ServerUnaryCall } from '@grpc/grpc-js';
import { contextOf } from '../../src/grpc/context.js';
import { FakeClock } from '../support/fake-clock.js';

function callWith(deadline: number, metadata = new Metadata()): ServerUnaryCall<Buffer, Buffer> {
  return { getDeadline: () => deadline, metadata } as ServerUnaryCall<Buffer, Buffer>;
}

describe('contextOf', () => {
  const clock = new FakeClock();
  const now = clock.now();
  const never = Number.POSITIVE_INFINITY;

  it('turns the deadline of the client into one of the clock', () => {
    const { deadline, timings } = contextOf(callWith(Date.now() + 60_000), { clock, requestTimeoutMs: 0 });
    assert.ok(deadline > now + 50_000 && deadline <= now + 60_000, String(deadline));
    assert.equal(timings.received, now);
  });

  it('takes the nearer of the deadlines of client and settings', () => {
    assert.equal(contextOf(callWith(never), { clock, requestTimeoutMs: 0 }).deadline, never);
    assert.equal(contextOf(callWith(never), { clock, requestTimeoutMs: 5000 }).deadline, now + 5000);
    assert.equal(contextOf(callWith(Date.now() + 60_000), { clock, requestTimeoutMs: 5000 }).deadline, now + 5000);
    assert.ok(contextOf(callWith(Date.now() - 1), { clock, requestTimeoutMs: 5000 }).deadline < now);
  });

  it('keeps the last of the metadata under a name, binary ones in base64', () => {
    const metadata = new Metadata();
    metadata.set('X-One', 'a');
    metadata.add('x-two', 'b');
    metadata.add('x-two', 'c');
    metadata.set('x-bin', Buffer.of(1, 2, 3));
    const { headers } = contextOf(callWith(never, metadata), { clock, requestTimeoutMs: 0 });
    assert.deepEqual(headers, { 'x-one': 'a', 'x-two': 'c', 'x-bin': 'AQID' });
  });
});
