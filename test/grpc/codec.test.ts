import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';
import { decode, encode } from '../../src/grpc/codec.js';
import { choice, many, map, message, one } from '../../src/grpc/schema.js';

const Colour = { name: 'Colour', values: { RED: 0, BLUE: 1 } } as const;
const Part = message('Part', { name: one(1, 'string'), weight: one(2, 'double') });
const Thing = message('Thing', {
  flag: one(1, 'bool'),
  small: one(2, 'int32'),
  large: one(3, 'int64'),
  unsigned: one(4, 'uint64'),
  ratio: one(5, 'float'),
  data: one(6, 'bytes'),
  colour: one(7, Colour),
  part: one(8, Part),
  parts: many(9, Part),
  sizes: many(10, 'int64'),
  texts: many(11, 'string'),
  labels: map(12, Part),
  number: choice('value', 13, 'int32'),
  text: choice('value', 14, 'string'),
  halves: many(15, 'float'),
  truths: many(16, 'bool'),
});

const FULL = {
  flag: true,
  small: -3,
  large: 2n ** 62n,
  unsigned: 7,
  ratio: 0.5,
  data: Buffer.of(1, 2),
  colour: 1,
  part: { name: 'a', weight: 1.5 },
  parts: [
    { name: 'b', weight: 0 },
    { name: '', weight: -1 },
  ],
  sizes: [-1, 4, 2 ** 40],
  texts: ['x', ''],
  labels: new Map([['k', { name: 'c', weight: 2 }]]),
  number: 0,
  halves: [1, Number.POSITIVE_INFINITY],
  truths: [true, false],
};

describe('codec', () => {
  it('reads back what it writes', () => {
    assert.deepEqual(decode(Thing, encode(Thing, FULL)), { ...FULL, text: undefined });
  });

  it('reads nothing as defaults, and writes defaults as nothing', () => {
    const nothing = decode(Thing, Buffer.alloc(0));
    assert.deepEqual(nothing, {
      flag: false,
      small: 0,
      large: 0,
      unsigned: 0,
      ratio: 0,
      data: Buffer.alloc(0),
      colour: 0,
      part: undefined,
      parts: [],
      sizes: [],
      texts: [],
      labels: new Map(),
      number: undefined,
      text: undefined,
      halves: [],
      truths: [],
    });
    assert.equal(encode(Thing, nothing).length, 0);
  });

  it('keeps the last of the choices of a oneof', () => {
    const writer = new ProtoWriter();
    writer.int(13, 5);
    writer.text(14, 'last');
    const { number, text } = decode(Thing, writer.finish());
    assert.deepEqual([number, text], [undefined, 'last']);
  });

  it('takes map entries that lack a key or a value', () => {
    const writer = new ProtoWriter();
    writer.message(12, entry => entry.text(1, 'only key'));
    writer.message(12, entry => entry.message(2, part => part.text(1, 'only value')));
    const { labels } = decode(Thing, writer.finish());
    assert.deepEqual([...labels.keys()], ['only key', '']);
    assert.equal(labels.get('')?.name, 'only value');
  });

  it('passes unknown fields', () => {
    const writer = new ProtoWriter();
    writer.text(99, 'from the future');
    writer.bool(1, true);
    assert.equal(decode(Thing, writer.finish()).flag, true);
  });

  it('refuses what is no such message, naming it', () => {
    const writer = new ProtoWriter();
    writer.text(2, 'not a number');
    assert.throws(
      () => decode(Thing, writer.finish()),
      (error: unknown) =>
        error instanceof ServerError && /^Thing: byte 1, field 2: expected wire type 0, got 2$/.test(error.message),
    );
  });
});
