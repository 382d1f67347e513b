import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PlanInput } from '../../src/convert/plan.js';
import type { Datatype } from '../../src/core/datatype.js';
import { bytesColumn, missingText, type Tensor } from '../../src/core/tensor.js';
import { RequestRows } from '../../src/runtimes/request-rows.js';

const input: PlanInput = { columns: 3, types: 'number', datatype: 'FP64', missing: false };
const named: PlanInput = { ...input, names: ['a', 'b', 'c'], types: ['number', 'text', 'unused'] };

function tensor(datatype: Datatype, data: Tensor['data'], shape: readonly number[], name = 'x'): Tensor {
  return { name, datatype, shape, data };
}

function words(texts: readonly (string | null)[], shape: readonly number[], name = 'x'): Tensor {
  return tensor('BYTES', bytesColumn(texts.map(text => text ?? missingText())), shape, name);
}

function rowsOf(tensors: Tensor | readonly Tensor[], plan = input): RequestRows {
  return new RequestRows({ inputs: [tensors].flat() as Tensor[] }, plan);
}

describe('rows of one tensor', () => {
  const data = Float64Array.of(1, 2, 3, 4, 5, 6.1);

  it('are that tensor when they are floats already', () => {
    const rows = rowsOf(tensor('FP64', data, [2, 3]));
    assert.equal(rows.matrix('f64').data, data);
    assert.deepEqual(rows.matrix('f64').shape, [2, 3]);
    assert.deepEqual(rows.matrix('f32').data, Float32Array.from(data));
  });

  it('of every datatype are numbers', () => {
    const whole = Int32Array.of(1, 2, 3, 4, 5, 6);
    assert.deepEqual([...rowsOf(tensor('INT32', whole, [2, 3])).matrix('f64').data], [1, 2, 3, 4, 5, 6]);
    const large = BigInt64Array.of(1n, -2n, 3n, 4n, 5n, 2n ** 40n);
    assert.deepEqual([...rowsOf(tensor('INT64', large, [2, 3])).matrix('f64').data], [1, -2, 3, 4, 5, 2 ** 40]);
    const half = Uint16Array.of(0x3c00, 0xc000, 0x7e00);
    assert.deepEqual([...rowsOf(tensor('FP16', half, [1, 3])).matrix('f64').data], [1, -2, Number.NaN]);
    const spelled = words(['1', ' -2.5e1 ', '.5'], [1, 3]);
    assert.deepEqual([...rowsOf(spelled).matrix('f64').data], [1, -25, 0.5]);
  });

  it('give some of their columns in any order', () => {
    const rows = rowsOf(tensor('FP64', data, [2, 3]));
    assert.deepEqual([...rows.matrix('f64', [2, 0]).data], [3, 1, 6.1, 4]);
    assert.deepEqual([...rows.matrix('f32', [2]).data], [3, Math.fround(6.1)]);
    assert.deepEqual([...rows.column(1, 'f64').data], [2, 5]);
  });

  it('give columns of text beside columns of numbers', () => {
    const rows = rowsOf(words(['1', 'x', 'ä', '2', null, ''], [2, 3]));
    assert.deepEqual(rows.column(1, 'str').data, ['x', null]);
    assert.deepEqual([...rows.column(0, 'f64').data], [1, 2]);
    assert.deepEqual(rows.datatype, 'BYTES');
  });

  it('of any width are as wide as they come', () => {
    assert.deepEqual(rowsOf(tensor('FP64', data, [3, 2]), { ...input, columns: -1 }).matrix('f64').shape, [3, 2]);
  });

  it('refuse what spells no number, and what the model does not understand', () => {
    for (const [text, message] of [
      ['abc', /input 'x': expected numbers, value 0 is the text 'abc'/],
      ['', /value 0 is the text ''/],
      ['0x10', /value 0 is the text '0x10'/],
      ['1e999', /value 0 is the text '1e999'/],
      ['nan', /value 0 is the text 'nan'/],
      [null, /value 0 is null/],
    ] as const)
      assert.throws(() => rowsOf(words([text], [1, 1]), { ...input, columns: 1 }).matrix('f64'), message);
    const missing = rowsOf(words([null, 'NaN'], [2, 1]), { ...input, columns: 1, missing: true });
    assert.deepEqual([...missing.matrix('f64').data], [Number.NaN, Number.NaN]);
  });
});

describe('rows of a frame', () => {
  const a = tensor('FP32', Float32Array.of(0.1, 2), [2], 'a');
  const b = words(['p', null], [2, 1], 'b');

  it('come by name', () => {
    const rows = rowsOf([b, tensor('INT64', BigInt64Array.of(7n, 8n), [2], 'd'), a], named);
    assert.equal(rows.rows, 2);
    assert.deepEqual([...rows.matrix('f64', [0]).data], [Math.fround(0.1), 2]);
    assert.deepEqual(rows.column(1, 'str').data, ['p', null]);
  });

  it('are FP32 when all their numbers are', () => {
    assert.equal(rowsOf([a, b], named).float32, true);
    const c = tensor('INT64', BigInt64Array.of(1n, 2n), [2], 'c');
    const mixed = rowsOf([a, b, c], named);
    assert.deepEqual([mixed.float32, mixed.datatype], [false, 'FP64']);
    assert.deepEqual(rowsOf([b, c], named).datatype, 'INT64');
  });
});
