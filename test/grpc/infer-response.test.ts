import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Datatype } from '../../src/core/datatype.js';
import { bytesColumn, sliceRows, type Tensor, type TensorData } from '../../src/core/tensor.js';
import { decode } from '../../src/grpc/codec.js';
import { encodeInferResponse } from '../../src/grpc/infer-response.js';
import { ModelInferResponse } from '../../src/grpc/inference-schema.js';

/** Read by the table: a witness for the writer, which does not use it. */
function answer(outputs: readonly Tensor[], raw = false) {
  return decode(ModelInferResponse, encodeInferResponse({ modelName: 'm', outputs }, raw));
}

function output(datatype: Datatype, data: TensorData, shape = [2]): Tensor {
  return { name: 'y', datatype, shape, data };
}

describe('encodeInferResponse', () => {
  it('writes every field', () => {
    const message = encodeInferResponse(
      {
        modelName: 'iris',
        modelVersion: 'v1',
        id: 'a',
        parameters: { flag: true },
        outputs: [{ ...output('INT64', BigInt64Array.of(1n, -1n), [2, 1]), parameters: { content_type: 'np' } }],
      },
      false,
    );
    const { model_name, model_version, id, parameters, outputs, raw_output_contents } = decode(
      ModelInferResponse,
      message,
    );
    assert.deepEqual([model_name, model_version, id], ['iris', 'v1', 'a']);
    assert.equal(parameters.get('flag')?.bool_param, true);
    const [{ name, datatype, shape, contents }] = outputs;
    assert.deepEqual([name, datatype, shape, contents?.int64_contents], ['y', 'INT64', [2, 1], [1, -1]]);
    assert.equal(outputs[0].parameters.get('content_type')?.string_param, 'np');
    assert.deepEqual(raw_output_contents, []);
  });

  it('leaves out version and id when there are none', () => {
    const { model_version, id } = answer([]);
    assert.deepEqual([model_version, id], ['', '']);
  });

  it('puts the values of every datatype into its list', () => {
    const cases: [Datatype, TensorData, string, unknown[]][] = [
      ['BOOL', Uint8Array.of(1, 0), 'bool_contents', [true, false]],
      ['INT8', Int8Array.of(-1, 2), 'int_contents', [-1, 2]],
      ['INT16', Int16Array.of(-1, 300), 'int_contents', [-1, 300]],
      ['INT32', Int32Array.of(-1, 70000), 'int_contents', [-1, 70000]],
      ['INT64', BigInt64Array.of(-1n, 2n ** 62n), 'int64_contents', [-1, 2n ** 62n]],
      ['UINT8', Uint8Array.of(1, 255), 'uint_contents', [1, 255]],
      ['UINT16', Uint16Array.of(1, 65535), 'uint_contents', [1, 65535]],
      ['UINT32', Uint32Array.of(1, 0xffffffff), 'uint_contents', [1, 0xffffffff]],
      ['UINT64', BigUint64Array.of(1n, 2n ** 64n - 1n), 'uint64_contents', [1, 2n ** 64n - 1n]],
      ['FP32', Float32Array.of(0.5, Number.NaN), 'fp32_contents', [0.5, Number.NaN]],
      ['FP64', Float64Array.of(0.1, Number.NEGATIVE_INFINITY), 'fp64_contents', [0.1, Number.NEGATIVE_INFINITY]],
      ['BYTES', bytesColumn(['a', 'jaźń']), 'bytes_contents', [Buffer.from('a'), Buffer.from('jaźń')]],
    ];
    for (const [datatype, data, list, expected] of cases) {
      const contents = answer([output(datatype, data)]).outputs[0].contents!;
      for (const [name, values] of Object.entries(contents)) {
        assert.deepEqual(values, name === list ? expected : [], `${datatype} ${name}`);
      }
    }
  });

  it('writes raw values as they lie in memory, the contents being there and empty', () => {
    const whole: Tensor = output('FP32', Float32Array.of(1, 2, 3, 4), [2, 2]);
    const texts: Tensor = { name: 't', datatype: 'BYTES', shape: [3], data: bytesColumn(['a', '', 'bc']) };
    const { outputs, raw_output_contents } = answer([sliceRows(whole, 1, 2), sliceRows(texts, 1, 3)], true);
    assert.deepEqual(raw_output_contents, [
      Buffer.from(Float32Array.of(3, 4).buffer),
      Buffer.from('00000000020000006263', 'hex'),
    ]);
    for (const { contents } of outputs) assert.deepEqual(contents?.fp32_contents, []);
  });

  it('answers raw whenever an output is FP16, which no list can hold', () => {
    const outputs = [output('FP16', Uint16Array.of(0x3e00, 0xc000)), output('FP32', Float32Array.of(1, 2))];
    const { raw_output_contents } = answer(outputs);
    assert.deepEqual(
      raw_output_contents.map(bytes => bytes.byteLength),
      [4, 8],
    );
  });

  it('writes empty and large outputs', () => {
    assert.deepEqual(answer([output('FP32', new Float32Array(), [0])]).outputs[0].shape, [0]);
    const large = Float64Array.from({ length: 100_000 }, (_, i) => i / 3);
    assert.deepEqual(answer([output('FP64', large, [100_000])]).outputs[0].contents?.fp64_contents, [...large]);
  });
});
