import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InlineHost, InlinePool } from '../../src/pool/inline-pool.js';
import type { BatchAnswer } from '../../src/wire/messages.js';

test('the front has a turn between the answers of a stream', async () => {
  let wanted = 0;
  const host: Pick<InlineHost, 'stream'> = {
    async *stream(): AsyncGenerator<BatchAnswer, undefined> {
      for (;;) yield { ok: true, outputs: [], inferenceMs: wanted++ };
    },
  };
  const stream = new InlinePool(host as InlineHost).stream(0, new ArrayBuffer(0));
  let turns = 0;
  let stopped = false;
  const count = () => {
    turns++;
    if (!stopped) setImmediate(count);
  };
  setImmediate(count);
  for (let i = 0; i < 10; i++) await stream.next();
  stopped = true;
  await stream.return?.();
  assert.equal(wanted, 10);
  assert.ok(turns >= 9, `${turns} turns`);
});
