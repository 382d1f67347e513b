import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Parameters, ParameterValue } from '../../src/core/tensor.js';
import { ProtoReader } from '../../src/formats/proto-reader.js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';
import { encode } from '../../src/grpc/codec.js';
import { InferParameter } from '../../src/grpc/inference-schema.js';
import { parameterMap, readParameter, writeParameters } from '../../src/grpc/parameters.js';
import { type Draft, map, message } from '../../src/grpc/schema.js';

const Holder = message('Holder', { parameters: map(4, InferParameter) });

function read(bytes: Uint8Array): Record<string, ParameterValue> {
  const reader = new ProtoReader(bytes, 'Holder');
  const parameters: Record<string, ParameterValue> = {};
  while (reader.next()) readParameter(reader, parameters);
  return parameters;
}

function readOne(value: Draft<typeof InferParameter>): ParameterValue {
  return read(encode(Holder, { parameters: new Map([['k', value]]) })).k;
}

function written(parameters: Parameters): Buffer {
  const writer = new ProtoWriter();
  writeParameters(writer, 4, parameters);
  return writer.finish();
}

describe('parameters', () => {
  it('are read with their types', () => {
    assert.equal(readOne({ bool_param: true }), true);
    assert.equal(readOne({ bool_param: false }), false);
    assert.equal(readOne({ int64_param: -7 }), -7);
    assert.equal(readOne({ int64_param: 0 }), 0);
    assert.equal(readOne({ string_param: '' }), '');
    assert.equal(readOne({ double_param: 0.5 }), 0.5);
    assert.equal(readOne({ uint64_param: 7 }), 7);
    assert.equal(readOne({}), undefined);
  });

  it('keep every digit of integers beyond the safe ones, as text', () => {
    assert.equal(readOne({ int64_param: 2n ** 53n - 1n }), 2 ** 53 - 1);
    assert.equal(readOne({ int64_param: 2n ** 53n + 1n }), '9007199254740993');
    assert.equal(readOne({ int64_param: -(2n ** 63n) }), '-9223372036854775808');
    assert.equal(readOne({ uint64_param: 2n ** 64n - 1n }), '18446744073709551615');
  });

  it('are written if they are booleans, safe integers or texts; all else is left out', () => {
    const parameters: Parameters = {
      yes: true,
      no: false,
      count: -3,
      text: 'np',
      half: 0.5,
      huge: 1e300,
      nothing: null,
      list: [1],
      headers: { a: 'b' },
    };
    const kept = { yes: true, no: false, count: -3, text: 'np' };
    assert.deepEqual(read(written(parameters)), kept);
    assert.deepEqual(read(encode(Holder, { parameters: parameterMap(parameters) })), kept);
    assert.deepEqual(written(parameters), encode(Holder, { parameters: parameterMap(parameters) }));
  });

  it('cannot change the prototype of anything', () => {
    const bytes = encode(Holder, { parameters: new Map([['__proto__', { string_param: 'x' }]]) });
    const parameters = read(bytes);
    assert.deepEqual(Object.keys(parameters), []);
    assert.equal(Object.getPrototypeOf(parameters), Object.prototype);
  });
});
