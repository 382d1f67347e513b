import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isMsgpackType, wantsMsgpack } from '../../src/rest/content-type.js';

describe('content types', () => {
  it('know the names of MessagePack', () => {
    for (const type of ['application/msgpack', 'application/x-msgpack; v=1', 'Application/Vnd.MsgPack']) {
      assert.ok(isMsgpackType(type), type);
    }
    for (const type of [undefined, 'application/json', 'text/msgpack', 'application/msgpack2']) {
      assert.ok(!isMsgpackType(type), type);
    }
  });

  const CASES: readonly [accept: string | undefined, sent: boolean, answer: boolean][] = [
    [undefined, false, false],
    [undefined, true, true],
    ['*/*', true, true],
    ['*/*', false, false],
    ['application/msgpack', false, true],
    ['application/json', true, false],
    ['text/html, application/x-msgpack', false, true],
    ['text/html', true, false],
    ['application/json, application/msgpack', true, false],
    ['application/json;q=0.5, application/msgpack', false, true],
    ['application/msgpack;q=0.4, application/json;q=0.5', true, false],
    ['application/msgpack;q=0', true, false],
    ['text/html, */*;q=0.1', true, true],
    ['application/*', false, false],
  ];
  for (const [accept, sent, answer] of CASES) {
    it(`accept '${accept}' of a client that sends ${sent ? 'MessagePack' : 'JSON'}`, () => {
      assert.equal(wantsMsgpack(accept, sent), answer);
    });
  }
});
