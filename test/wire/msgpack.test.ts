import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { packMessage, unpackMessage } from '../../src/wire/msgpack.js';
import { seededRandom } from '../support/random.js';

const bytes = (...parts: (string | number | Buffer)[]) =>
  Buffer.concat(
    parts.map(part =>
      typeof part === 'string' ? Buffer.from(part, 'hex') : typeof part === 'number' ? Buffer.of(part) : part,
    ),
  );
const told = (text: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && text.test(error.message);

describe('MessagePack', () => {
  it('comes back as it went, maps as Maps', () => {
    const value = { a: [1, -1, 1.5, 'ä', null, true, 2n ** 63n, Buffer.of(1, 2)], b: { c: 'x'.repeat(70_000) } };
    assert.deepEqual(
      unpackMessage(packMessage(value)),
      new Map<string, unknown>([
        ['a', value.a],
        ['b', new Map([['c', value.b.c]])],
      ]),
    );
    for (const size of [15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
      const made = [Array(size).fill(7), 'y'.repeat(size), Buffer.alloc(size)];
      assert.deepEqual(unpackMessage(packMessage(made)), made);
    }
  });

  it('makes no property of a key', () => {
    const message = bytes('82', 'a9', Buffer.from('__proto__'), '81a161a162', 'a6', Buffer.from('length'), '05');
    const map = unpackMessage(message) as Map<string, unknown>;
    assert.deepEqual([...map.keys()], ['__proto__', 'length']);
    assert.equal(Object.getPrototypeOf(map), Map.prototype);
  });

  const REFUSED: readonly [name: string, message: Buffer, reason: RegExp][] = [
    ['nothing', bytes(), /expected 1 bytes, but 0 bytes are left \(byte 0\)/],
    ['a list that is cut', bytes('93', '01'), /expected 3 items, but 1 bytes are left/],
    ['four billion items', bytes('dd', 'ffffffff'), /expected 4294967295 items, but 0 bytes are left/],
    ['four billion pairs', bytes('df', 'ffffffff'), /expected 4294967295 pairs/],
    ['a text that is cut', bytes('d9', '05', '61'), /expected 5 bytes, but 1 bytes are left/],
    ['bytes that are cut', bytes('c6', '00ffffff', '00'), /expected 16777215 bytes, but 1 bytes are left/],
    ['a number that is cut', bytes('cb', '0000'), /expected 8 bytes, but 2 bytes are left/],
    ['more than one value', bytes('01', '02'), /1 bytes follow the message/],
    ['keys that are no texts', bytes('81', '01', '02'), /expected a text as the key of a map/],
    ['texts that are no UTF-8', bytes('a2', 'c328'), /not valid UTF-8; send bytes as binary/],
    ['the byte that is never used', bytes('c1'), /extensions are not taken/],
    ['a timestamp', bytes('d6', 'ff', '00000000'), /extensions are not taken/],
    ["msgpackr's records", bytes('d4', '72', '40', '91', 'a161', '01'), /extensions are not taken/],
    ["msgpackr's patterns", bytes('c7', '03', '78', '92a161'), /extensions are not taken/],
    ['lists in lists in lists', bytes(Buffer.alloc(200, 0x91), '01'), /nested deeper than 100/],
    ['many lists', bytes('dd', '00200000', Buffer.alloc(0x200000, 0x90)), /more than 1048576 texts, lists and maps/],
    ['many values', bytes('dd', '00500000', Buffer.alloc(0x500000, 1)), /more than 4194304 values; .* as binary/],
  ];
  for (const [name, message, reason] of REFUSED) {
    it(`refuses ${name}`, () => assert.throws(() => unpackMessage(message), told(reason)));
  }

  it('refuses or reads any bytes, and never reads what is not there', () => {
    const random = seededRandom(7);
    const good = packMessage({ id: 'a', inputs: [{ name: 'x', shape: [2], data: [1.5, 2], more: Buffer.alloc(20) }] });
    for (let round = 0; round < 3000; round++) {
      const damaged = Buffer.from(good);
      for (let i = 0; i < 1 + random() * 4; i++) damaged[Math.floor(random() * damaged.length)] = random() * 256;
      try {
        unpackMessage(damaged.subarray(0, 1 + Math.floor(random() * damaged.length)));
      } catch (error) {
        assert.ok(error instanceof ServerError, String(error));
      }
    }
  });
});
