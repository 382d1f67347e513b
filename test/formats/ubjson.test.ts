import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUbjson } from '../../src/formats/ubjson.js';

/** Bytes out of text (one byte a character) and numbers. */
function bytes(...parts: (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part])));
}

const VALUES: readonly (readonly [what: string, source: Uint8Array, value: unknown])[] = [
  ['null', bytes('Z'), null],
  ['true', bytes('T'), true],
  ['false', bytes('F'), false],
  ['int8', bytes('i', 0xff), -1],
  ['uint8', bytes('U', 0xff), 255],
  ['int16', bytes('I', 0xff, 0xfe), -2],
  ['int32', bytes('l', 0, 0, 1, 0), 256],
  ['int64', bytes('L', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), -1],
  ['float32', bytes('d', 0x3f, 0xc0, 0, 0), 1.5],
  ['float64', bytes('D', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
  ['character', bytes('Cx'), 'x'],
  ['text', bytes('S', 'i', 2, 0xc3, 0xa4), 'ä'],
  ['empty list', bytes('[]'), []],
  ['list', bytes('[', 'i', 1, 'T', ']'), [1, true]],
  ['counted list', bytes('[#', 'i', 2, 'F', 'Z'), [false, null]],
  ['float32 array', bytes('[$d#', 'i', 1, 0x3f, 0xc0, 0, 0), Float32Array.of(1.5)],
  ['int32 array', bytes('[$l#', 'i', 1, 0, 0, 1, 0), Int32Array.of(256)],
  ['int64 array', bytes('[$L#', 'i', 1, 0, 0, 0, 0, 0, 0, 0, 7), Float64Array.of(7)],
  ['uint8 array', bytes('[$U#', 'i', 2, 1, 2), Uint8Array.of(1, 2)],
];

for (const [what, source, value] of VALUES) {
  test(`reads ${what}`, () => assert.deepEqual(parseUbjson(source), value));
}

test('reads objects, and a key __proto__ is a key', () => {
  const source = bytes('{', 'i', 1, 'a', 'i', 5, 'U', 9, '__proto__', '{', 'i', 1, 'x', 'T', '}', '}');
  const object = parseUbjson(source) as Record<string, unknown>;
  assert.deepEqual(Object.keys(object), ['a', '__proto__']);
  assert.equal(object.x, undefined);
  const counted = parseUbjson(bytes('{#', 'i', 1, 'i', 1, 'a', 'T')) as Record<string, unknown>;
  assert.equal(counted.a, true);
});

const BROKEN: readonly (readonly [what: string, source: Uint8Array, reason: RegExp])[] = [
  ['nothing', bytes(), /1 bytes wanted, 0 are left/],
  ['an unknown marker', bytes('x'), /the marker 'x'/],
  ['a high-precision number', bytes('H', 'i', 1, '1'), /the marker 'H'/],
  ['a cut number', bytes('l', 0, 0), /4 bytes wanted, 2 are left/],
  ['text longer than the file', bytes('S', 'U', 200, 'abc'), /200 elements announced, 3 bytes are left/],
  ['text of negative length', bytes('S', 'i', 0xff, 'abc'), /negative count/],
  ['text of fractional length', bytes('S', 'd', 0x3f, 0xc0, 0, 0), /no whole number/],
  ['text that is not UTF-8', bytes('S', 'i', 1, 0xff), /not UTF-8/],
  ['an array of 2^60 numbers', bytes('[$d#L', 0x10, 0, 0, 0, 0, 0, 0, 0), /1152921504606847000 elements/],
  ['a list of 2^60 values', bytes('[#L', 0x10, 0, 0, 0, 0, 0, 0, 0), /elements announced/],
  ['an array of texts', bytes('[$S#', 'i', 1), /the marker 'S'/],
  ['an array without a count', bytes('[$d', 0, 0, 0, 0), /without a count/],
  ['a list that does not end', bytes('[', 'T'), /0 are left/],
  ['a key twice', bytes('{', 'i', 1, 'a', 'T', 'i', 1, 'a', 'F', '}'), /'a' stands twice/],
  ['bytes after the end', bytes('T', 'T'), /1 bytes after the end/],
  ['65 lists in each other', bytes('['.repeat(65), ']'.repeat(65)), /deeper than 64/],
  ['100,000 lists in each other', bytes('['.repeat(100_000)), /deeper than 64/],
];

for (const [what, source, reason] of BROKEN) {
  test(`refuses ${what}`, () => {
    assert.throws(() => parseUbjson(source), { code: 'INVALID_ARGUMENT', message: reason });
  });
}
