import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { InferResponse } from '../../src/core/protocol.js';
import { bytesColumn, type Tensor, texts } from '../../src/core/tensor.js';
import {
  binaryOutputs,
  decodeBinaryRequest,
  encodeBinaryInTurns,
  encodeBinaryResponse,
} from '../../src/rest/binary-tensors.js';
import { decodeInferRequest } from '../../src/rest/infer-json.js';

/** A body of this JSON and these bytes, and the header that says where one ends. */
function message(json: unknown, ...tail: Uint8Array[]): [Buffer, string] {
  const text = Buffer.from(JSON.stringify(json));
  return [Buffer.concat([text, ...tail]), String(text.byteLength)];
}

const input = (name: string, size: unknown, shape: number[], datatype = 'FP32') => ({
  name,
  shape,
  datatype,
  parameters: { binary_data_size: size },
});
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe('binary tensor data', () => {
  it('is taken by the inputs in their order, beside inputs with JSON data', () => {
    const json = {
      inputs: [input('a', 8, [1, 2]), { name: 'b', shape: [1], datatype: 'INT8', data: [7] }, input('c', 4, [1])],
    };
    const { inputs } = decodeBinaryRequest(...message(json, floats(1.5, -2), floats(3)));
    assert.deepEqual(
      inputs.map(tensor => Array.from(tensor.data as Float32Array)),
      [[1.5, -2], [7], [3]],
    );
    assert.equal(inputs[0].parameters, undefined);
  });

  it('holds texts with their lengths before them', () => {
    const raw = Buffer.from('\x02\0\0\0ab\0\0\0\0\x01\0\0\0c', 'latin1');
    const { inputs } = decodeBinaryRequest(...message({ inputs: [input('t', raw.byteLength, [3], 'BYTES')] }, raw));
    assert.deepEqual(texts(inputs[0].data as ReturnType<typeof bytesColumn>), ['ab', '', 'c']);
  });

  for (const [what, body, expected] of [
    [
      'fewer bytes than the input asks for',
      message({ inputs: [input('a', 8, [1, 2])] }, floats(1)),
      /'a': binary_data_size is 8, but 4 bytes/,
    ],
    [
      'bytes that nobody takes',
      message({ inputs: [input('a', 4, [1])] }, floats(1, 2)),
      /4 bytes of the body belong to no input/,
    ],
    [
      'a size that is none',
      message({ inputs: [input('a', -4, [1])] }, floats(1)),
      /'a': binary_data_size: expected a whole number/,
    ],
    [
      'bytes that do not fill the shape',
      message({ inputs: [input('a', 4, [2])] }, floats(1)),
      /'a': shape \[2\] needs 2 values, got 1/,
    ],
    ['part of a value', message({ inputs: [input('a', 3, [1])] }, floats(1).subarray(0, 3)), /no whole number of FP32/],
    [
      'a header longer than the body',
      [Buffer.from('{}'), '3'],
      /inference-header-content-length: expected .* up to the body's 2/,
    ],
    ['a header that is no number', [Buffer.from('{}'), '1e1'], /inference-header-content-length/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeBinaryRequest(body[0] as Buffer, body[1]), expected);
    });
  }

  it('is no way around missing data in a body without it', () => {
    const [body] = message({ inputs: [input('a', 4, [1])] });
    assert.throws(() => decodeInferRequest(body), /inputs\[0\]: expected a field 'data'/);
  });

  it('goes out for the outputs that were asked for in binary', () => {
    const response: InferResponse = {
      id: 'é',
      modelName: 'm',
      outputs: [
        { name: 'a', datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) },
        { name: 'b', datatype: 'BYTES', shape: [1], data: bytesColumn(['xy']) },
        { name: 'c', datatype: 'BOOL', shape: [1], data: Uint8Array.of(1) },
      ],
    };
    const { body, headerLength } = encodeBinaryResponse(response, new Set(['a', 'b']));
    const json = JSON.parse(body.toString('utf8', 0, headerLength));
    assert.deepEqual(
      json.outputs.map((output: { parameters?: unknown; data?: unknown }) => [output.parameters, output.data]),
      [
        [{ binary_data_size: 8 }, undefined],
        [{ binary_data_size: 6 }, undefined],
        [undefined, [true]],
      ],
    );
    assert.deepEqual([...body.subarray(headerLength)], [...floats(1, 2), 2, 0, 0, 0, 0x78, 0x79]);
  });

  it('goes out the same in turns, where the outputs in JSON are long', async () => {
    const numbers: Tensor = { name: 'n', datatype: 'FP64', shape: [40_000], data: new Float64Array(40_000).fill(0.5) };
    const response: InferResponse = { modelName: 'm', outputs: [numbers, { ...numbers, name: 'raw' }] };
    const made = encodeBinaryInTurns(response, new Set(['raw']));
    assert.ok(made instanceof Promise);
    assert.deepEqual(await made, encodeBinaryResponse(response, new Set(['raw'])));
    assert.ok(!(encodeBinaryInTurns(response, true) instanceof Promise), 'only JSON takes its time');
  });

  it('is asked for output by output or for all', () => {
    const ask = (outputs: unknown, parameters?: unknown) =>
      binaryOutputs(decodeInferRequest(Buffer.from(JSON.stringify({ inputs: [], outputs, parameters }))));
    assert.equal(ask(undefined), undefined);
    assert.equal(ask(undefined, { binary_data_output: true }), true);
    assert.deepEqual(ask([{ name: 'a', parameters: { binary_data: true } }, { name: 'b' }]), new Set(['a']));
    const all = ask([{ name: 'a', parameters: { binary_data: false } }, { name: 'b' }], { binary_data_output: true });
    assert.deepEqual(all, new Set(['b']));
  });
});
