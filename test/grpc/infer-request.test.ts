import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DATATYPES, type NumericDatatype } from '../../src/core/datatype.js';
import { ServerError } from '../../src/core/errors.js';
import { type BytesColumn, bytesColumn, type TensorData, texts } from '../../src/core/tensor.js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';
import { encode } from '../../src/grpc/codec.js';
import { decodeInferRequest } from '../../src/grpc/infer-request.js';
import { ModelInferRequest } from '../../src/grpc/inference-schema.js';
import type { Draft } from '../../src/grpc/schema.js';
import { seededRandom } from '../support/random.js';

type RequestDraft = Draft<typeof ModelInferRequest>;
type InputDraft = NonNullable<RequestDraft['inputs']>[number];

/** Written by the table: a witness for the reader, which does not use it. */
function decoded(draft: RequestDraft) {
  return decodeInferRequest(encode(ModelInferRequest, draft));
}

function input(draft: InputDraft, raw: readonly Uint8Array[] = []): TensorData {
  return decoded({ inputs: [{ name: 'x', ...draft }], raw_input_contents: raw }).request.inputs[0].data;
}

function refused(draft: RequestDraft, message: RegExp): void {
  assert.throws(
    () => decoded(draft),
    (error: unknown) => {
      assert.ok(error instanceof ServerError, String(error));
      assert.equal(error.code, 'INVALID_ARGUMENT');
      assert.match(error.message, message);
      return true;
    },
  );
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('decodeInferRequest', () => {
  it('reads every field', () => {
    const call = decoded({
      model_name: 'iris',
      model_version: 'v2',
      id: 'żółw',
      parameters: new Map([['a', { bool_param: true }]]),
      inputs: [
        {
          name: 'x',
          datatype: 'FP32',
          shape: [1, 2],
          parameters: new Map([['content_type', { string_param: 'np' }]]),
          contents: { fp32_contents: [1, 2.5] },
        },
        {
          name: 'y',
          datatype: 'BYTES',
          shape: [2],
          contents: { bytes_contents: [Buffer.from('a'), Buffer.from('jaźń')] },
        },
      ],
      outputs: [{ name: 'predict', parameters: new Map([['k', { int64_param: 3 }]]) }, { name: 'proba' }],
    });
    assert.deepEqual(call, {
      target: { name: 'iris', version: 'v2' },
      raw: false,
      request: {
        id: 'żółw',
        parameters: { a: true },
        inputs: [
          {
            name: 'x',
            datatype: 'FP32',
            shape: [1, 2],
            data: Float32Array.of(1, 2.5),
            parameters: { content_type: 'np' },
          },
          { name: 'y', datatype: 'BYTES', shape: [2], data: bytesColumn(['a', 'jaźń']), parameters: undefined },
        ],
        outputs: [
          { name: 'predict', parameters: { k: 3 } },
          { name: 'proba', parameters: undefined },
        ],
      },
    });
  });

  it('leaves out what is empty: version, id, outputs, parameters', () => {
    const { target, request } = decoded({ model_name: 'iris' });
    assert.deepEqual(target, { name: 'iris', version: undefined });
    assert.deepEqual(request, { id: undefined, inputs: [], outputs: undefined, parameters: undefined });
  });

  it('takes the values of every datatype from its list', () => {
    const shape = [3];
    assert.deepEqual(
      input({ datatype: 'BOOL', shape, contents: { bool_contents: [true, false, true] } }),
      Uint8Array.of(1, 0, 1),
    );
    assert.deepEqual(
      input({ datatype: 'INT8', shape, contents: { int_contents: [-128, 0, 127] } }),
      Int8Array.of(-128, 0, 127),
    );
    assert.deepEqual(
      input({ datatype: 'INT16', shape, contents: { int_contents: [-5, 0, 300] } }),
      Int16Array.of(-5, 0, 300),
    );
    assert.deepEqual(
      input({ datatype: 'INT32', shape, contents: { int_contents: [-(2 ** 31), 0, 2 ** 31 - 1] } }),
      Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1),
    );
    assert.deepEqual(
      input({ datatype: 'INT64', shape, contents: { int64_contents: [-(2n ** 63n), 0, 2n ** 63n - 1n] } }),
      BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n),
    );
    assert.deepEqual(
      input({ datatype: 'UINT8', shape, contents: { uint_contents: [0, 1, 255] } }),
      Uint8Array.of(0, 1, 255),
    );
    assert.deepEqual(
      input({ datatype: 'UINT16', shape, contents: { uint_contents: [0, 1, 65535] } }),
      Uint16Array.of(0, 1, 65535),
    );
    assert.deepEqual(
      input({ datatype: 'UINT32', shape, contents: { uint_contents: [0, 1, 0xffffffff] } }),
      Uint32Array.of(0, 1, 0xffffffff),
    );
    assert.deepEqual(
      input({ datatype: 'UINT64', shape, contents: { uint64_contents: [0, 1, 2n ** 64n - 1n] } }),
      BigUint64Array.of(0n, 1n, 2n ** 64n - 1n),
    );
    assert.deepEqual(
      input({ datatype: 'FP32', shape, contents: { fp32_contents: [Number.NaN, -0, 1.5] } }),
      Float32Array.of(Number.NaN, -0, 1.5),
    );
    assert.deepEqual(
      input({ datatype: 'FP64', shape, contents: { fp64_contents: [Number.NaN, Number.NEGATIVE_INFINITY, 0.1] } }),
      Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY, 0.1),
    );
    assert.deepEqual(
      texts(
        input({
          datatype: 'BYTES',
          shape,
          contents: { bytes_contents: ['', 'a', 'bc'].map(text => Buffer.from(text)) },
        }) as BytesColumn,
      ),
      ['', 'a', 'bc'],
    );
  });

  it('takes numbers from another list than their own, if each of them fits', () => {
    const shape = [2];
    assert.deepEqual(input({ datatype: 'FP32', shape, contents: { int_contents: [1, -2] } }), Float32Array.of(1, -2));
    assert.deepEqual(
      input({ datatype: 'FP64', shape, contents: { fp32_contents: [0.5, 2] } }),
      Float64Array.of(0.5, 2),
    );
    assert.deepEqual(
      input({ datatype: 'INT64', shape, contents: { int_contents: [1, -2] } }),
      BigInt64Array.of(1n, -2n),
    );
    assert.deepEqual(
      input({ datatype: 'UINT8', shape, contents: { int64_contents: [1, 255] } }),
      Uint8Array.of(1, 255),
    );
    assert.deepEqual(input({ datatype: 'BOOL', shape, contents: { int_contents: [1, 0] } }), Uint8Array.of(1, 0));
    assert.deepEqual(input({ datatype: 'FP32', shape, contents: { int64_contents: [1, 2] } }), Float32Array.of(1, 2));
    const bad = (datatype: string, contents: InputDraft['contents'], message: RegExp) =>
      refused({ inputs: [{ name: 'x', datatype, shape, contents }] }, message);
    bad(
      'INT8',
      { int_contents: [1, 300] },
      /^input 'x': data value 1: expected a whole number from -128 to 127 \(INT8\), got 300$/,
    );
    bad('UINT8', { int_contents: [1, -1] }, /from 0 to 255 \(UINT8\), got -1$/);
    bad('BOOL', { int_contents: [1, 2] }, /\(BOOL\), got 2$/);
    bad('INT32', { fp32_contents: [1, 1.5] }, /\(INT32\), got 1.5$/);
    bad('INT64', { fp64_contents: [1, Number.NaN] }, /\(INT64\), got NaN$/);
    bad('UINT64', { int64_contents: [1, -1] }, /\(UINT64\), got -1$/);
    bad('INT64', { uint64_contents: [1, 2n ** 63n] }, /\(INT64\), got 9223372036854775808$/);
    bad('FP32', { fp64_contents: [1, 1e300] }, /single precision \(FP32\), got 1e\+300$/);
    bad('FP32', { bytes_contents: [Buffer.of(1)] }, /^input 'x': expected numbers \(FP32\), got bytes_contents$/);
    bad('BYTES', { fp32_contents: [1, 2] }, /^input 'x': expected bytes_contents \(BYTES\), got fp32_contents$/);
    bad('FP16', { fp32_contents: [1, 2] }, /FP16 can only be sent in raw_input_contents, got fp32_contents$/);
  });

  it('takes the raw values of every numeric datatype, wherever they lie in the message', () => {
    const arrays: [NumericDatatype, TensorData & ArrayBufferView][] = [
      ['BOOL', Uint8Array.of(1, 0)],
      ['UINT8', Uint8Array.of(1, 255)],
      ['UINT16', Uint16Array.of(1, 65535)],
      ['UINT32', Uint32Array.of(1, 0xffffffff)],
      ['UINT64', BigUint64Array.of(1n, 2n ** 64n - 1n)],
      ['INT8', Int8Array.of(-1, 127)],
      ['INT16', Int16Array.of(-1, 300)],
      ['INT32', Int32Array.of(-1, 70000)],
      ['INT64', BigInt64Array.of(-1n, 2n ** 62n)],
      ['FP16', Uint16Array.of(0x3e00, 0x7e00)],
      ['FP32', Float32Array.of(1.5, Number.NaN)],
      ['FP64', Float64Array.of(0.1, Number.POSITIVE_INFINITY)],
    ];
    for (const [datatype, array] of arrays) {
      for (let padding = 0; padding < 8; padding++) {
        const { request, raw } = decoded({
          id: 'x'.repeat(padding),
          inputs: [{ name: 'x', datatype, shape: [1, 2] }],
          raw_input_contents: [bytesOf(array)],
        });
        assert.equal(raw, true);
        assert.deepEqual(request.inputs[0].data, array, datatype);
      }
    }
    assert.equal(arrays.length, DATATYPES.length - 1);
  });

  it('takes raw BYTES with a length before each element', () => {
    const raw = Buffer.from('010000006100000000040000006a61c5ba', 'hex');
    assert.deepEqual(texts(input({ datatype: 'BYTES', shape: [3] }, [raw]) as BytesColumn), ['a', '', 'jaź']);
    assert.deepEqual(texts(input({ datatype: 'BYTES', shape: [0] }, [new Uint8Array()]) as BytesColumn), []);
  });

  it('gives each input without contents the next raw entry', () => {
    const { request, raw } = decoded({
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [1] },
        { name: 'b', datatype: 'FP32', shape: [1], contents: { fp32_contents: [2] } },
        { name: 'c', datatype: 'INT16', shape: [2] },
      ],
      raw_input_contents: [bytesOf(Float32Array.of(1)), bytesOf(Int16Array.of(3, 4))],
    });
    assert.equal(raw, true);
    assert.deepEqual(
      request.inputs.map(({ name, data }) => [name, ...(data as Float32Array)]),
      [
        ['a', 1],
        ['b', 2],
        ['c', 3, 4],
      ],
    );
  });

  it('refuses raw contents that do not belong to the inputs', () => {
    const typed = { name: 'x', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } };
    const raw = { name: 'y', datatype: 'FP32', shape: [1] };
    const entry = bytesOf(Float32Array.of(1));
    refused({ inputs: [typed], raw_input_contents: [entry] }, /^raw_input_contents: expected 0 entries .*, got 1$/);
    refused(
      { inputs: [typed, raw], raw_input_contents: [entry, entry] },
      /^raw_input_contents: expected 1 entries .*, got 2$/,
    );
    refused(
      { inputs: [raw, { ...raw, name: 'z' }], raw_input_contents: [entry] },
      /^input 'z': shape \[1\] needs 1 values, got 0$/,
    );
  });

  it('refuses raw bytes that are no values of the datatype or not as many as the shape says', () => {
    const bad = (datatype: string, hex: string, message: RegExp) =>
      refused(
        { inputs: [{ name: 'x', datatype, shape: [1, 2] }], raw_input_contents: [Buffer.from(hex, 'hex')] },
        message,
      );
    bad('FP32', '00000000000000', /^input 'x': 7 bytes are no whole number of FP32 values of 4 bytes$/);
    bad('FP32', '00000000', /^input 'x': shape \[1,2\] needs 2 values, got 1$/);
    bad('BOOL', '0102', /^input 'x': data value 1: expected .*BOOL.*, got 2$/);
    bad('BYTES', '0100000061', /^input 'x': shape \[1,2\] needs 2 values, got 1$/);
    bad('BYTES', '0100000061000000', /^input 'x': element 1: a length of 4 bytes is expected, 3 are left$/);
    bad('BYTES', '010000006105000000aabb', /^input 'x': element 1: 5 bytes are announced, 2 are left$/);
    bad('BYTES', 'ffffffff', /element 0: 4294967295 bytes are announced, 0 are left$/);
  });

  it('refuses shapes that no tensor can have or that the values do not fit', () => {
    const bad = (shape: (number | bigint)[], message: RegExp) =>
      refused({ inputs: [{ name: 'x', datatype: 'FP32', shape, contents: { fp32_contents: [1, 2, 3, 4] } }] }, message);
    bad([3], /^input 'x': shape \[3\] needs 3 values, got 4$/);
    bad([], /^input 'x': shape \[\] needs 1 values, got 4$/);
    bad([-2, 2], /must hold whole numbers of 0 or more/);
    bad([-1, -1], /may leave one size open, not more/);
    bad([-1, 3], /cannot hold 4 values/);
    bad([-1, 0], /cannot hold 4 values/);
    bad([2n ** 62n, 2n ** 62n], /must hold whole numbers of 0 or more/);
    bad([2 ** 30, 2 ** 30], /asks for more than/);
    bad(new Array(65).fill(1), /a shape of more than 64 dimensions/);
    assert.deepEqual(
      decoded({ inputs: [{ datatype: 'FP32', shape: [-1, 2], contents: { fp32_contents: [1, 2, 3, 4] } }] }).request
        .inputs[0].shape,
      [2, 2],
    );
  });

  it('takes one text whose shape is the number of its characters', () => {
    const contents = { bytes_contents: [Buffer.from('jaźń')] };
    assert.deepEqual(decoded({ inputs: [{ datatype: 'BYTES', shape: [4], contents }] }).request.inputs[0].shape, [1]);
    refused({ inputs: [{ name: 'x', datatype: 'BYTES', shape: [5], contents }] }, /needs 5 values, got 1/);
  });

  it('refuses unknown datatypes, two tensors of one name, two lists, two contents', () => {
    const x = { name: 'x', datatype: 'FP32', shape: [1], contents: { fp32_contents: [1] } };
    refused(
      { inputs: [{ ...x, datatype: 'FLOAT' }] },
      /^input 'x': datatype: expected one of BOOL, .*, BYTES, got 'FLOAT'$/,
    );
    refused({ inputs: [{ ...x, datatype: '' }] }, /got ''$/);
    refused({ inputs: [x, x] }, /^input 'x' is there twice$/);
    refused({ inputs: [x], outputs: [{ name: 'y' }, { name: 'y' }] }, /^output 'y' is there twice$/);
    refused(
      { inputs: [{ ...x, contents: { fp32_contents: [1], int_contents: [1] } }] },
      /belong into one list, not in int_contents and fp32_contents/,
    );
    const writer = new ProtoWriter();
    writer.message(5, tensor => {
      for (let i = 0; i < 2; i++) tensor.message(5, contents => contents.packedBytes(6, Float32Array.of(1)));
    });
    assert.throws(() => decodeInferRequest(writer.finish()), /contents is there twice/);
  });

  it('takes fields in any order, and numbers packed or one by one', () => {
    const writer = new ProtoWriter();
    writer.message(5, tensor => {
      tensor.message(5, contents => {
        contents.packedBytes(7, Float64Array.of(1, 2));
        contents.text(99, 'unknown');
        contents.double(7, 3);
        contents.packedBytes(7, Float64Array.of(4));
      });
      tensor.int(3, 2);
      tensor.int(3, 2);
      tensor.text(2, 'FP64');
      tensor.text(1, 'x');
    });
    writer.message(5, tensor => {
      tensor.message(5, contents => {
        contents.int(2, -1);
        contents.packedIntegers(2, [5]);
      });
      tensor.int(3, 2);
      tensor.text(2, 'INT16');
    });
    writer.text(1, 'm');
    const { target, request } = decodeInferRequest(writer.finish());
    assert.equal(target.name, 'm');
    assert.deepEqual(request.inputs[0].shape, [2, 2]);
    assert.deepEqual(request.inputs[0].data, Float64Array.of(1, 2, 3, 4));
    assert.deepEqual(request.inputs[1].data, Int16Array.of(-1, 5));
  });

  it('refuses a message of endless tiny parts before they fill the memory', () => {
    const many = (field: number) => Buffer.alloc(2 * 70_000, Buffer.of((field << 3) | 2, 0));
    for (const field of [4, 5, 6, 7]) {
      assert.throws(() => decodeInferRequest(many(field)), /more than 65536 tensors and parameters/);
    }
  });

  it('refuses any cut message and never fails otherwise', () => {
    const whole = encode(ModelInferRequest, {
      model_name: 'm',
      parameters: new Map([['k', { string_param: 'v' }]]),
      inputs: [{ name: 'x', datatype: 'INT64', shape: [2], contents: { int64_contents: [1, -1] } }],
      raw_input_contents: [],
    });
    for (let length = 0; length < whole.length; length++) {
      try {
        decodeInferRequest(whole.subarray(0, length));
      } catch (error) {
        assert.ok(error instanceof ServerError, `${length} bytes: ${error}`);
      }
    }
  });

  it('answers or refuses any damaged message, and does nothing else', () => {
    const whole = encode(ModelInferRequest, {
      model_name: 'm',
      id: 'i',
      parameters: new Map([['k', { int64_param: 2n ** 60n }]]),
      inputs: [
        { name: 'a', datatype: 'INT64', shape: [-1], contents: { int64_contents: [1, -1] } },
        { name: 'b', datatype: 'BYTES', shape: [2], contents: { bytes_contents: [Buffer.of(1), Buffer.of(2)] } },
        { name: 'c', datatype: 'FP32', shape: [1] },
        { name: 'd', datatype: 'BYTES', shape: [1] },
      ],
      outputs: [{ name: 'y' }],
      raw_input_contents: [new Uint8Array(4), Buffer.of(1, 0, 0, 0, 65)],
    });
    const random = seededRandom(7);
    let refusals = 0;
    for (let i = 0; i < 5000; i++) {
      const damaged = Buffer.from(whole);
      for (let n = 0; n <= random() * 3; n++) damaged[Math.floor(random() * damaged.length)] = random() * 256;
      try {
        decodeInferRequest(damaged);
      } catch (error) {
        assert.ok(error instanceof ServerError && error.code === 'INVALID_ARGUMENT', String(error));
        refusals++;
      }
    }
    assert.ok(refusals > 1000 && refusals < 5000, String(refusals));
  });
});
