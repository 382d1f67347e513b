import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { ProtoReader, WIRE } from '../../src/formats/proto-reader.js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';

function reader(hex: string): ProtoReader {
  return new ProtoReader(Buffer.from(hex, 'hex'), 'Thing');
}

/** The reader before the value of the only field. */
function at(write: (writer: ProtoWriter) => void): ProtoReader {
  const writer = new ProtoWriter();
  write(writer);
  const found = new ProtoReader(writer.finish(), 'Thing');
  assert.ok(found.next());
  return found;
}

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

describe('ProtoReader', () => {
  it('reads what the writer writes', () => {
    for (const value of [0, 1, 127, 128, -1, 2 ** 31, -(2 ** 31), 2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER]) {
      assert.equal(at(w => w.int(1, value)).int(), value);
    }
    for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)])
      assert.equal(at(w => w.bigint(1, value)).int64(), value);
    assert.equal(at(w => w.bigint(1, 2n ** 64n - 1n)).uint64(), 2n ** 64n - 1n);
    assert.equal(at(w => w.int(1, -5)).int32(), -5);
    assert.equal(at(w => w.int(1, 0xffffffff)).uint32(), 0xffffffff);
    assert.equal(at(w => w.bool(1, true)).bool(), true);
    assert.equal(at(w => w.float(1, 0.5)).float(), 0.5);
    assert.equal(at(w => w.double(1, 0.1)).double(), 0.1);
    assert.equal(at(w => w.text(1, 'jaźń')).text(), 'jaźń');
    assert.deepEqual([...at(w => w.bytes(1, Uint8Array.of(1, 2))).view()], [1, 2]);
  });

  it('reads integers beyond the safe ones as no safe integers', () => {
    assert.equal(Number.isSafeInteger(at(w => w.bigint(1, 2n ** 53n)).int()), false);
    assert.equal(Number.isSafeInteger(at(w => w.bigint(1, -(2n ** 63n))).int()), false);
  });

  it('passes fields of every kind that nobody asked for', () => {
    const writer = new ProtoWriter();
    writer.int(1, 300);
    writer.double(2, 1);
    writer.text(3, 'x');
    writer.float(4, 1);
    writer.int(5, 7);
    const r = new ProtoReader(writer.finish(), 'Thing');
    const fields: number[] = [];
    while (r.next()) {
      fields.push(r.field);
      if (r.field === 5) assert.equal(r.int(), 7);
      else r.skip();
    }
    assert.deepEqual(fields, [1, 2, 3, 4, 5]);
  });

  it('reads nested messages and comes back out of them', () => {
    const writer = new ProtoWriter();
    writer.message(1, body => {
      body.message(2, inner => inner.int(3, 4));
      body.int(5, 6);
    });
    writer.int(7, 8);
    const r = new ProtoReader(writer.finish(), 'Thing');
    const seen: number[] = [];
    r.next();
    const outer = r.enter();
    r.next();
    const middle = r.enter();
    while (r.next()) seen.push(r.field, r.int());
    r.leave(middle);
    while (r.next()) seen.push(r.field, r.int());
    r.leave(outer);
    while (r.next()) seen.push(r.field, r.int());
    assert.deepEqual(seen, [3, 4, 5, 6, 7, 8]);
  });

  it('reads a repeated number packed and one by one', () => {
    const writer = new ProtoWriter();
    writer.packedIntegers(1, [1, 300]);
    writer.int(1, 5);
    const r = new ProtoReader(writer.finish(), 'Thing');
    const values: number[] = [];
    const counts: number[] = [];
    while (r.next()) {
      const outer = r.enterRepeated(WIRE.varint);
      counts.push(r.countVarints());
      while (r.more) values.push(r.int32());
      r.leave(outer);
    }
    assert.deepEqual(values, [1, 300, 5]);
    assert.deepEqual(counts, [2, 1]);
  });

  it('refuses lengths that reach past the end, of the message or of the one around', () => {
    const long = reader('0a05616263');
    long.next();
    assert.throws(() => long.text(), refused(/^Thing: byte 2, field 1: 5 bytes are announced, but 3 are left$/));
    const nested = reader('0a0212057878787878');
    nested.next();
    nested.enter();
    nested.next();
    assert.throws(() => nested.text(), refused(/5 bytes are announced, but 0 are left/));
    const huge = reader('0affffffffffffffffff01');
    huge.next();
    assert.throws(() => huge.skip(), refused(/more than 32 bits/));
    const fixed = reader('0d0000');
    fixed.next();
    assert.throws(() => fixed.float(), refused(/4 bytes are announced, but 2 are left/));
  });

  it('refuses numbers without end and other broken bytes', () => {
    const endless = reader('08ffffffffffffffffffff01');
    endless.next();
    assert.throws(() => endless.int(), refused(/more than 10 bytes/));
    const cut = reader('08ff');
    cut.next();
    assert.throws(() => cut.int(), refused(/ends within a number/));
    assert.throws(() => reader('00').next(), refused(/key of a field/));
    const group = reader('0b0c');
    group.next();
    assert.throws(() => group.skip(), refused(/wire type 3 is unknown/));
    const text = reader('0801');
    text.next();
    assert.throws(() => text.text(), refused(/expected wire type 2, got 0/));
  });

  it('refuses texts that are no UTF-8, and takes the character that stands for such bytes', () => {
    const bad = at(writer => writer.bytes(3, Buffer.from([0x61, 0xc3, 0x28])));
    assert.throws(() => bad.text('id'), refused(/^Thing: byte 5, field 3: id is not valid UTF-8$/));
    assert.equal(at(writer => writer.text(1, 'a\ufffdż')).text(), 'a\ufffdż');
  });

  it('never reads on after any cut, whatever the place', () => {
    const writer = new ProtoWriter();
    writer.text(1, 'name');
    writer.message(2, body => body.packedIntegers(1, [1, 2, 300]));
    writer.double(3, 1);
    const whole = writer.finish();
    for (let length = 0; length < whole.length; length++) {
      const r = new ProtoReader(whole.subarray(0, length), 'Thing');
      try {
        while (r.next()) r.skip();
      } catch (error) {
        assert.ok(error instanceof ServerError);
      }
      assert.ok(r.position <= length);
    }
  });
});
