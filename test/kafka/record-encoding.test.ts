import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { encodeRecord, type RecordToEncode } from '../../src/kafka/record-encoding.js';

const require = createRequire(import.meta.url);
const ENCODER = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
// Before the library is read with our encoder in its place.
const encodeAsBefore = require(ENCODER) as (record: RecordToEncode) => { readonly buffer: Buffer };

const texts = ['', 'a', 'x'.repeat(63), 'x'.repeat(64), 'x'.repeat(65), 'é', '漢字', '🌲'.repeat(40), 'y'.repeat(9000)];
const fields = [...texts, null, ...texts.map(text => Buffer.from(text)), Buffer.of(0, 255, 128)];

describe('the encoding of records', () => {
  it('gives the bytes that the library gives', () => {
    for (const [i, value] of fields.entries()) {
      const key = fields[(i * 7) % fields.length];
      const headers = Object.fromEntries(
        texts.map((name, j) => [
          `${name}${j}`,
          fields.filter(field => field !== null)[(i + j * 5) % (fields.length - 1)],
        ]),
      );
      for (const offsetDelta of [0, 63, 64, 100_000]) {
        for (const timestampDelta of [0, -1, 64, 2 ** 33]) {
          for (const some of [{}, { one: 'header' }, { several: ['a', 'b'], none: [] }, headers]) {
            const record = { offsetDelta, timestampDelta, key, value, headers: some };
            assert.deepEqual(encodeRecord(record).buffer, encodeAsBefore(record).buffer);
          }
        }
      }
    }
    assert.deepEqual(encodeRecord({ key: 'k', value: 'v' }).buffer, encodeAsBefore({ key: 'k', value: 'v' }).buffer);
  });

  it('is what the library uses', async () => {
    await import('../../src/kafka/kafkajs.js');
    assert.equal(require(ENCODER), encodeRecord);
  });
});
