import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { bytesColumn, type Tensor } from '../../src/core/tensor.js';
import { decodeInferRequest } from '../../src/rest/infer-json.js';
import { decodeMsgpackRequest, encodeMsgpackResponse } from '../../src/rest/infer-msgpack.js';
import { packMessage, unpackMessage } from '../../src/wire/msgpack.js';

const decode = (body: object) => decodeMsgpackRequest(packMessage(body));
const input = (fields: object) => ({ name: 'x', datatype: 'FP32', shape: [2], data: [1, 2], ...fields });
const told = (text: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && text.test(error.message);
const raw = (array: NodeJS.TypedArray) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

describe('a request in MessagePack', () => {
  it('says what the same JSON says', () => {
    const body = {
      id: '7',
      parameters: { content_type: 'np', list: [1, { a: null }], __proto: true },
      unknown: [1],
      outputs: [{ name: 'y', parameters: { binary_data: false } }],
      inputs: [
        input({ parameters: { k: 'v' } }),
        input({
          name: 'm',
          shape: [2, -1],
          data: [
            [1.5, 2],
            [3, null],
          ],
        }),
        input({ name: 'i', datatype: 'INT64', shape: [1], data: [9007199254740991] }),
        input({ name: 'b', datatype: 'BOOL', data: [true, false] }),
        input({ name: 't', datatype: 'BYTES', data: ['ä', null] }),
        input({ name: 'h', datatype: 'FP16', data: [1.5, -2] }),
        input({ name: 's', datatype: 'UINT8', shape: [1], data: 5 }),
      ],
    };
    assert.deepEqual(decode(body), decodeInferRequest(Buffer.from(JSON.stringify(body))));
    assert.equal(decode({ inputs: [], id: null, parameters: null, outputs: null }).id, undefined);
  });

  it('may hold the data of any datatype as binary, at any place', () => {
    const arrays: [string, NodeJS.TypedArray][] = [
      ['BOOL', Uint8Array.of(1, 0)],
      ['INT8', Int8Array.of(-1, 2)],
      ['FP16', Uint16Array.of(0x3e00, 0)],
      ['UINT32', Uint32Array.of(1, 2 ** 32 - 1)],
      ['INT64', BigInt64Array.of(-1n, 2n ** 62n)],
      ['FP32', Float32Array.of(1.5, Number.NaN)],
      ['FP64', Float64Array.of(0.1, -0)],
    ];
    for (const [datatype, array] of arrays) {
      for (const id of ['', 'a', 'ab', 'abc']) {
        const { inputs } = decode({ id, inputs: [input({ datatype, data: raw(array) })] });
        assert.deepEqual(raw(inputs[0].data as Uint8Array), raw(array));
      }
    }
    const column = Buffer.from('0100000061' + '02000000c3a4', 'hex');
    assert.deepEqual(
      decode({ inputs: [input({ datatype: 'BYTES', data: column })] }).inputs[0].data,
      bytesColumn(['a', 'ä']),
    );
    const parts = [Buffer.of(0xff), 'a'];
    assert.deepEqual(
      decode({ inputs: [input({ datatype: 'BYTES', data: parts })] }).inputs[0].data,
      bytesColumn(parts),
    );
  });

  it('may hold 64-bit integers beyond the safe ones', () => {
    const data = [2n ** 63n, 2n ** 64n - 1n];
    const { inputs } = decode({
      inputs: [input({ datatype: 'UINT64', data }), input({ name: 'f', datatype: 'FP64', data })],
    });
    assert.deepEqual(
      inputs.map(tensor => tensor.data),
      [BigUint64Array.from(data), Float64Array.from(data, Number)],
    );
  });

  const REFUSED: readonly [body: unknown, reason: RegExp][] = [
    [[], /^body: expected a map, got a list$/],
    [{}, /^inputs: expected a list, got none$/],
    [{ inputs: {} }, /^inputs: expected a list, got a map$/],
    [{ inputs: [1] }, /^inputs\[0\]: expected a map, got 1$/],
    [{ inputs: [], id: 5 }, /^id: expected a text or nil, got 5$/],
    [{ inputs: [], outputs: [{}] }, /^outputs\[0\]\.name: expected a text, got none$/],
    [{ inputs: [], parameters: 'a' }, /^parameters: expected a map, got 'a'$/],
    [{ inputs: [], parameters: { content_type: 1 } }, /^parameters\.content_type: expected a text, got 1$/],
    [{ inputs: [], parameters: { a: [Buffer.of(1)] } }, /^parameters\.a\[0\]: expected .* got binary data$/],
    [{ inputs: [input({ name: 1 })] }, /^inputs\[0\]\.name: expected a text, got 1$/],
    [{ inputs: [input({ datatype: 'FLOAT' })] }, /^inputs\[0\]\.datatype: expected one of BOOL, .* got 'FLOAT'$/],
    [{ inputs: [input({ shape: 2 })] }, /^inputs\[0\]\.shape: expected a list, got 2$/],
    [{ inputs: [input({ shape: [1.5] })] }, /^inputs\[0\]\.shape: expected a list of whole numbers, got 1\.5$/],
    [{ inputs: [input({ shape: Array(65).fill(1) })] }, /^inputs\[0\]\.shape: more than 64 dimensions$/],
    [
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2] }] },
      /^inputs\[0\]\.data: expected binary data or a list, got none$/,
    ],
    [{ inputs: [input({ data: [1] })] }, /^input 'x': shape \[2\] needs 2 values, got 1$/],
    [{ inputs: [input({ data: Buffer.alloc(7) })] }, /^input 'x': 7 bytes are no whole number of FP32 values/],
    [{ inputs: [input({ data: [[1], [2, 3]] })] }, /^input 'x': item 1 has the shape \[2\], the first one \[1\]$/],
    [{ inputs: [input({ data: [1, 'a'] })] }, /^input 'x': data value 1: expected a number .* got string$/],
    [{ inputs: [input({ data: [1, 1e39] })] }, /^input 'x': data value 1: expected a number within single precision/],
    [
      { inputs: [input({ datatype: 'INT8', data: [1, 128] })] },
      /data value 1: expected a whole number from -128 to 127/,
    ],
    [{ inputs: [input({ datatype: 'BYTES', data: [1, 'a'] })] }, /data value 0: expected a string/],
    [{ inputs: [input({ data: { a: 1 } })] }, /^input 'x': data value 0: expected a number .* got Map$/],
    [{ inputs: [input({}), input({})] }, /^input 'x' is there twice$/],
  ];
  for (const [body, reason] of REFUSED) {
    it(`is refused with ${reason.source}`, () => assert.throws(() => decode(body as object), told(reason)));
  }

  it('makes `__proto__` an ordinary parameter', () => {
    const { parameters } = decode({ inputs: [], parameters: JSON.parse('{"__proto__":{"polluted":1}}') });
    assert.deepEqual(Object.getOwnPropertyNames(parameters), ['__proto__']);
    assert.equal(Object.getPrototypeOf(parameters), Object.prototype);
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });
});

describe('an answer in MessagePack', () => {
  const asked: InferRequest = { inputs: [] };
  const tensors: Tensor[] = [
    { name: 'y', datatype: 'FP32', shape: [2], data: Float32Array.of(1, 0.5), parameters: { content_type: 'np' } },
    { name: 'h', datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3e00) },
    { name: 'b', datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) },
    { name: 'i', datatype: 'INT64', shape: [1], data: BigInt64Array.of(-(2n ** 62n)) },
    { name: 't', datatype: 'BYTES', shape: [2], data: bytesColumn(['ä', '']) },
    { name: 'u', datatype: 'BYTES', shape: [2], data: bytesColumn(['a', Uint8Array.of(0xff)]) },
  ];
  const read = (request: InferRequest) => {
    const answer = unpackMessage(
      encodeMsgpackResponse(
        { modelName: 'm', modelVersion: '1', id: 'i', parameters: { p: 1 }, outputs: tensors },
        request,
      ),
    ) as Map<string, unknown>;
    return { answer, data: (answer.get('outputs') as Map<string, unknown>[]).map(output => output.get('data')) };
  };

  it('has the fields of the JSON answer, and numbers as they are in memory', () => {
    const { answer, data } = read(asked);
    assert.deepEqual([...answer.keys()], ['model_name', 'model_version', 'id', 'parameters', 'outputs']);
    const [first, second] = answer.get('outputs') as Map<string, unknown>[];
    assert.deepEqual([...first.keys()], ['name', 'shape', 'datatype', 'parameters', 'data']);
    assert.deepEqual([...second.keys()], ['name', 'shape', 'datatype', 'data']);
    const binary = tensors.slice(0, 4).map(tensor => raw(tensor.data as Uint8Array));
    assert.deepEqual(data, [...binary, ['ä', ''], [Buffer.from('a'), Buffer.of(0xff)]]);
  });

  it('has lists where they are asked for', () => {
    const lists = [[1, 0.5], [1.5], [true, false], [-(2n ** 62n)]];
    assert.deepEqual(read({ ...asked, parameters: { binary_data_output: false } }).data.slice(0, 4), lists);
    const outputs = [{ name: 'h', parameters: { binary_data: false } }, { name: 'b' }];
    assert.deepEqual(read({ ...asked, outputs }).data.slice(1, 3), [[1.5], Buffer.of(1, 0)]);
  });
});
