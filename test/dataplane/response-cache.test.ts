import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScheduledModel } from '../../src/batching/scheduled-model.js';
import { RequestContext } from '../../src/core/context.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { bytesColumn, sliceRows, type Tensor, texts } from '../../src/core/tensor.js';
import { cacheKey, ResponseCache } from '../../src/dataplane/response-cache.js';

const fp32 = (name: string, shape: readonly number[], values: readonly number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape,
  data: Float32Array.from(values),
});
const answer = (...values: number[]) => ({ outputs: [fp32('y', [values.length], values)] });
const LIMITS = { entries: 2, bytes: 1 << 20 };

describe('ResponseCache', () => {
  it('forgets the answer that was asked for longest ago', () => {
    const cache = new ResponseCache(LIMITS);
    cache.put('a', answer(1));
    cache.put('b', answer(2));
    assert.deepEqual(cache.get('a'), answer(1));
    cache.put('c', answer(3));
    assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c')], [answer(1), undefined, answer(3)]);
  });

  it('counts an answer that is put again once', () => {
    const cache = new ResponseCache(LIMITS);
    cache.put('a', answer(1));
    cache.put('b', answer(2));
    cache.put('b', answer(3));
    assert.deepEqual([cache.get('a'), cache.get('b')], [answer(1), answer(3)]);
  });

  it('keeps no more bytes than it may, and no answer that is larger than all of it', () => {
    const cache = new ResponseCache({ entries: 100, bytes: 4000 });
    const large = { outputs: [{ ...fp32('y', [400], []), data: new Float32Array(400) }] };
    cache.put('a', large);
    cache.put('b', large);
    assert.deepEqual([cache.get('a'), cache.get('b') !== undefined], [undefined, true]);
    cache.put('c', { outputs: [{ ...fp32('y', [2000], []), data: new Float32Array(2000) }] });
    assert.deepEqual([cache.get('b') !== undefined, cache.get('c')], [true, undefined]);
  });

  it('keeps nothing with room for no entry', () => {
    const cache = new ResponseCache({ entries: 0, bytes: 4000 });
    cache.put('a', answer(1));
    assert.equal(cache.get('a'), undefined);
  });

  it("copies an answer out of its batch's memory", () => {
    const cache = new ResponseCache(LIMITS);
    const batch = new Float32Array(1000).fill(7);
    const words: Tensor = { name: 'w', datatype: 'BYTES', shape: [3], data: bytesColumn(['one', 'two', 'three']) };
    cache.put('a', { outputs: [{ ...fp32('y', [1], []), data: batch.subarray(5, 6) }, sliceRows(words, 1, 3)] });
    batch.fill(0);
    const [y, w] = cache.get('a')!.outputs;
    assert.deepEqual([...(y.data as Float32Array)], [7]);
    assert.equal((y.data as Float32Array).buffer.byteLength, 4);
    const column = w.data as ReturnType<typeof bytesColumn>;
    assert.deepEqual([texts(column), column.bytes.buffer.byteLength], [['two', 'three'], 8]);
  });
});

describe('cacheKey', () => {
  const model = (seesParameters: boolean) => ({ seesParameters }) as ScheduledModel;
  const context = (headers: Record<string, string> = {}) => new RequestContext(Number.POSITIVE_INFINITY, headers);
  const request: InferRequest = { id: 'one', inputs: [fp32('x', [2, 2], [1, 2, 3, 4])] };
  const key = (other: Partial<InferRequest>, sees = false, headers?: Record<string, string>) =>
    cacheKey(context(headers), model(sees), { ...request, ...other });
  const plain = key({});
  const bytes = (...elements: string[]): Tensor => ({
    name: 'x',
    datatype: 'BYTES',
    shape: [elements.length],
    data: bytesColumn(elements),
  });

  it('is the same whatever the id, and what the model cannot see', () => {
    assert.equal(key({ id: 'two' }), plain);
    assert.equal(key({ id: undefined, parameters: { color: 'red' } }, false, { 'x-user': 'a' }), plain);
  });

  const different: Record<string, string> = {
    values: key({ inputs: [fp32('x', [2, 2], [1, 2, 3, 5])] }),
    shape: key({ inputs: [fp32('x', [1, 4], [1, 2, 3, 4])] }),
    name: key({ inputs: [fp32('z', [2, 2], [1, 2, 3, 4])] }),
    datatype: key({ inputs: [{ ...request.inputs[0], datatype: 'INT32' }] }),
    outputs: key({ outputs: [{ name: 'predict_proba' }] }),
    'the second input': key({ inputs: [...request.inputs, fp32('b', [1], [1])] }),
    'content type': key({ parameters: { content_type: 'pd' } }),
  };
  for (const [what, other] of Object.entries(different)) {
    it(`differs with the ${what}`, () => assert.notEqual(other, plain));
  }

  it('differs with how texts are cut, though their bytes are the same', () => {
    assert.notEqual(key({ inputs: [bytes('ab', 'c')] }), key({ inputs: [bytes('a', 'bc')] }));
    assert.notEqual(key({ inputs: [bytes('a', '')] }), key({ inputs: [bytes('', 'a')] }));
  });

  it('differs with parameters and lasting headers for a model that sees them', () => {
    const seen = key({}, true);
    assert.notEqual(key({ parameters: { color: 'red' } }, true), seen);
    assert.notEqual(key({}, true, { 'x-user': 'a' }), seen);
    assert.equal(key({}, true, { traceparent: '00-1', 'content-length': '12' }), seen);
  });
});
