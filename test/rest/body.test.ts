import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { collectBody } from '../../src/rest/body.js';
import { countAlive } from '../support/garbage.js';

/** A request whose body the test sends. */
function open(limitBytes: number) {
  const stream = new PassThrough();
  const body = new Promise<Buffer | undefined>((resolve, reject) => {
    const request = Object.assign(stream, { headers: {} }) as unknown as IncomingMessage;
    collectBody(request, limitBytes, (error, body) => (error === null ? resolve(body) : reject(error)));
  });
  return { stream, body };
}

describe('a body in many chunks', () => {
  it('is put together in order', async () => {
    const { stream, body } = open(10_000);
    const text = Array.from({ length: 5000 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
    for (const letter of text) stream.write(letter);
    stream.end();
    assert.equal((await body)?.toString(), text);
  });

  it('is not kept as chunks, which take more memory than what is in them', async () => {
    const { stream, body } = open(100_000);
    const chunks: WeakRef<Buffer>[] = [];
    for (let i = 0; i < 20_000; i++) {
      const chunk = Buffer.alloc(1);
      chunks.push(new WeakRef(chunk));
      stream.write(chunk);
      if (i % 1000 === 0) await nextTurn();
    }
    assert.ok((await countAlive(chunks)) < 2000);
    stream.end();
    assert.equal((await body)?.length, 20_000);
  });
});
