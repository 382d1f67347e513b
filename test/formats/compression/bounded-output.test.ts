import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoundedOutput } from '../../../src/formats/compression/bounded-output.js';

describe('bounded output', () => {
  it('grows up to its limit and no byte further', () => {
    const out = new BoundedOutput(200_000);
    for (let i = 0; i < 20; i++) out.append(new Uint8Array(10_000).fill(i));
    assert.equal(out.finish().length, 200_000);
    assert.equal(out.finish()[199_999], 19);
    assert.throws(() => out.append(Uint8Array.of(1)), /more than the limit of 200000 bytes/);
  });

  it('refuses a huge request without taking memory for it', () => {
    const out = new BoundedOutput(1000);
    assert.throws(() => out.repeat(1, 2 ** 40), /limit of 1000 bytes/);
    assert.equal(out.bytes.length, 1000);
  });

  it('repeats what lies back, also where the ranges overlap', () => {
    const out = new BoundedOutput(1000);
    out.append(Buffer.from('abc'));
    out.repeat(3, 7);
    out.repeat(1, 2);
    out.repeat(12, 12);
    assert.equal(Buffer.from(out.finish()).toString(), 'abcabcabcaaaabcabcabcaaa');
  });

  it('appends a part of a source, short or long', () => {
    const out = new BoundedOutput(1000);
    const source = Uint8Array.from({ length: 200 }, (_, i) => i);
    out.append(source, 10, 3);
    out.append(source, 20, 100);
    assert.deepEqual([...out.finish().subarray(0, 4)], [10, 11, 12, 20]);
    assert.equal(out.length, 103);
  });
});
