import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import { fastify } from 'fastify';
import type { InferResponse } from '../../src/core/protocol.js';
import { bytesColumn, sliceData, type Tensor } from '../../src/core/tensor.js';
import { encodeInferResponse, inferResponsePieces } from '../../src/rest/infer-json.js';
import { isLong, sendLong } from '../../src/rest/long-answer.js';

const doubles = (count: number): Tensor => ({
  name: 'y',
  datatype: 'FP64',
  shape: [count],
  data: Float64Array.from({ length: count }, (_, i) => i / 3),
});
const column = (...elements: (string | Uint8Array)[]): Tensor => ({
  name: 't',
  datatype: 'BYTES',
  shape: [elements.length],
  data: bytesColumn(elements),
});
const answer = (...outputs: Tensor[]): InferResponse => ({
  modelName: 'm',
  modelVersion: '1',
  id: 'i',
  parameters: { a: [1] },
  outputs,
});
const many = (count: number, text: string) => Array.from({ length: count }, (_, i) => text + i);

describe('an answer in pieces', () => {
  const cases: [name: string, response: InferResponse, pieces: number][] = [
    ['without outputs', answer(), 2],
    ['without values', answer(doubles(0)), 4],
    ['of numbers', answer(doubles(20_000), doubles(3)), 11],
    ['of texts', answer(column(...many(10_000, 'ä'))), 6],
    ['of long texts', answer(column(...many(3, 'x'.repeat(300_000)))), 7],
    ['of bytes that are no text', answer(column('a', Uint8Array.of(0xff), 'b')), 5],
  ];
  for (const [name, response, pieces] of cases) {
    it(`is the same text ${name}`, () => {
      const made = [...inferResponsePieces(response)];
      assert.equal(made.join(''), encodeInferResponse(response));
      assert.equal(made.length, pieces);
    });
  }

  it('is what many values and long texts make', () => {
    assert.equal(isLong(answer(doubles(32_768))), false);
    assert.equal(isLong(answer(doubles(32_768), doubles(1))), true);
    const texts = column(...many(4, 'x'.repeat(600_000)));
    assert.equal(isLong(answer(texts)), true);
    // The slice of one caller, which shares the bytes of all.
    assert.equal(isLong(answer({ ...texts, shape: [1], data: sliceData(texts.data, 1, 2) })), false);
  });

  it('is written compressed or as it is', async () => {
    const response = answer(doubles(40_000));
    const app = fastify();
    const options = { gzipEnabled: true, cors: undefined };
    app.get('/', (request, reply) => sendLong(request, reply, response, ['content-type', 'application/json'], options));
    const ask = (encoding: string) => app.inject({ url: '/', headers: { 'accept-encoding': encoding } });
    const plain = await ask('');
    assert.equal(plain.payload, encodeInferResponse(response));
    assert.deepEqual([plain.headers['content-encoding'], plain.headers.vary], [undefined, 'Accept-Encoding']);
    for (const [coding, unpack] of [
      ['gzip', gunzipSync],
      ['deflate', inflateSync],
    ] as const) {
      const packed = await ask(coding);
      assert.equal(packed.headers['content-encoding'], coding);
      assert.equal(unpack(packed.rawPayload).toString(), plain.payload);
    }
  });
});
