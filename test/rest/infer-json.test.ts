import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesColumn, type Tensor } from '../../src/core/tensor.js';
import { decodeInferRequest, encodeInferResponse } from '../../src/rest/infer-json.js';
import { decode, input, valuesOf } from '../support/infer-json.js';

describe('requests that are understood', () => {
  test('all fields', () => {
    const request = decode(`{
      "id": "r\\u00e4-1", "unknown": [{"a": [null, true, -1.5e3]}, "\\n"],
      "parameters": {"content_type": "np", "n": 3, "deep": {"list": [1, "two", null]}},
      "inputs": [
        {"name": "a", "shape": [2], "datatype": "INT64", "parameters": {"content_type": "np"}, "data": [1, 2], "more": {}},
        {"name": "b", "shape": [1], "datatype": "BYTES", "parameters": null, "data": ["t"]}
      ],
      "outputs": [{"name": "predict"}, {"name": "other", "parameters": {"binary_data": false}, "x": 1}]
    }`);
    assert.equal(request.id, 'rä-1');
    assert.deepEqual(request.parameters, { content_type: 'np', n: 3, deep: { list: [1, 'two', null] } });
    assert.deepEqual(
      request.inputs.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(request.inputs[0].parameters, { content_type: 'np' });
    assert.equal(request.inputs[1].parameters, undefined);
    assert.deepEqual(request.outputs, [
      { name: 'predict', parameters: undefined },
      { name: 'other', parameters: { binary_data: false } },
    ]);
  });

  test('fields in any order, the last of equal ones counts', () => {
    for (const fields of [
      '"data":[[1,2],[3,4]],"datatype":"FP32","shape":[2,2],"name":"x"',
      '"name":"x","data":[[1,2],[3,4]],"shape":[2,2],"datatype":"FP32"',
      '"name":"y","shape":[9],"datatype":"INT8","data":[[1,2],[3,4]],"datatype":"FP32","shape":[2,2],"name":"x"',
      '"name":"x","shape":[2,2],"datatype":"FP32","data":[9],"data":[[1,2],[3,4]]',
      '"n\\u0061me":"x","sh\\u0061pe":[2,2],"d\\u0061tatype":"FP32","d\\u0061ta":[[1,2],[3,4]]',
    ]) {
      const [tensor] = decode(`{"inputs":[{${fields}}]}`).inputs;
      assert.deepEqual(tensor, {
        name: 'x',
        datatype: 'FP32',
        shape: [2, 2],
        data: Float32Array.of(1, 2, 3, 4),
        parameters: undefined,
      });
    }
  });

  test('id: missing and null are none, empty stays empty', () => {
    assert.equal(decode('{"inputs":[]}').id, undefined);
    assert.equal(decode('{"inputs":[],"id":null}').id, undefined);
    assert.equal(decode('{"inputs":[],"id":""}').id, '');
  });

  test('outputs: null and an empty list leave the choice to the model', () => {
    assert.equal(decode('{"inputs":[],"outputs":null}').outputs, undefined);
    assert.equal(decode('{"inputs":[],"outputs":[]}').outputs, undefined);
  });

  test('keys that mean something to JavaScript are keys like others', () => {
    const { parameters } = decode(
      '{"__proto__":{"a":1},"inputs":[],"parameters":{"__proto__":{"polluted":1},"constructor":2}}',
    );
    assert.ok(parameters);
    assert.deepEqual(Object.keys(parameters), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(parameters), Object.prototype);
    assert.equal('polluted' in {}, false);
  });

  test('a Uint8Array in the middle of a buffer', () => {
    const padded = Buffer.from(`###${input('FP32', '[1]', '[5]')}###`);
    const body = new Uint8Array(padded.buffer, padded.byteOffset + 3, padded.length - 6);
    assert.deepEqual(valuesOf(decodeInferRequest(body).inputs[0]), [5]);
  });

  test('the tensors keep nothing of the body, nor of the requests after it', () => {
    const body = Buffer.from(input('BYTES', '[2]', '["first","second"]'));
    const [words] = decodeInferRequest(body).inputs;
    const [numbers] = decode(input('FP64', '[2]', '[1,2]')).inputs;
    body.fill(0x20);
    decode(input('BYTES', '[2]', '["xxxxx","yyyyyy"]'));
    decode(input('FP64', '[2]', '[8,9]'));
    assert.deepEqual(valuesOf(words), ['first', 'second']);
    assert.deepEqual(valuesOf(numbers), [1, 2]);
  });

  test('as many values as the limit allows, in all inputs together', () => {
    const two = `{"inputs":[${['a', 'b'].map(name => `{"name":"${name}","shape":[2],"datatype":"INT8","data":[1,2]}`)}]}`;
    assert.equal(decode(two, 4).inputs.length, 2);
    assert.throws(() => decode(two, 3), {
      code: 'INVALID_ARGUMENT',
      message: /input 'b': shape \[2\] asks for more than 1 values/,
    });
    const open = input('INT8', '[-1]', '[1,2]');
    assert.equal(decode(open, 2).inputs.length, 1);
    assert.throws(() => decode(open, 1), { code: 'INVALID_ARGUMENT', message: /more than 1 values/ });
  });

  test('more values than fit the memory at hand', () => {
    const numbers = Array.from({ length: 30000 }, (_, i) => i);
    for (const shape of ['[30000]', '[-1]']) {
      const [tensor] = decode(input('INT32', shape, JSON.stringify(numbers))).inputs;
      assert.deepEqual(tensor.data, Int32Array.from(numbers));
    }
    const words = numbers.map(i => `word number ${i}`);
    assert.deepEqual(valuesOf(decode(input('BYTES', '[30000]', JSON.stringify(words))).inputs[0]), words);
    const long = 'long '.repeat(20000);
    assert.deepEqual(valuesOf(decode(input('BYTES', '[2]', JSON.stringify([long, 'x']))).inputs[0]), [long, 'x']);
    assert.throws(() => decode(input('INT32', '[2]', JSON.stringify(numbers))), {
      code: 'INVALID_ARGUMENT',
      message: /^input 'x': shape \[2\] needs 2 values, got (30000|more than \d+)$/,
    });
  });
});

describe('responses', () => {
  test('as MLServer writes them', () => {
    const outputs: Tensor[] = [
      {
        name: 'predict',
        datatype: 'INT64',
        shape: [2, 1],
        data: BigInt64Array.of(0n, 2n),
        parameters: { content_type: 'np' },
      },
    ];
    assert.equal(
      encodeInferResponse({ modelName: 'iris', id: 'abc', outputs }),
      '{"model_name":"iris","id":"abc","parameters":{},"outputs":[{"name":"predict","shape":[2,1],"datatype":"INT64",' +
        '"parameters":{"content_type":"np"},"data":[0,2]}]}',
    );
  });

  test('all fields, in their order', () => {
    const outputs: Tensor[] = [
      { name: 'a', datatype: 'BYTES', shape: [1], data: bytesColumn(['x']) },
      { name: 'b', datatype: 'FP32', shape: [0], data: new Float32Array(0), parameters: {} },
    ];
    const response = {
      modelName: 'm',
      modelVersion: 'v1',
      id: '',
      outputs,
      parameters: { n: 1, s: 't', l: [null, 'ü"'] },
    };
    assert.equal(
      encodeInferResponse(response),
      '{"model_name":"m","model_version":"v1","id":"","parameters":{"n":1,"s":"t","l":[null,"ü\\""]},"outputs":[' +
        '{"name":"a","shape":[1],"datatype":"BYTES","data":["x"]},' +
        '{"name":"b","shape":[0],"datatype":"FP32","parameters":{},"data":[]}]}',
    );
    assert.equal(
      encodeInferResponse({ modelName: 'm', outputs: [] }),
      '{"model_name":"m","parameters":{},"outputs":[]}',
    );
  });

  test('names and ids are escaped', () => {
    for (const text of ['a"b\\c', 'line\nfeed\u0000', 'ä€😀', '\u007f\u2028', 'x'.repeat(200), `${'x'.repeat(70)}"`]) {
      const outputs: Tensor[] = [{ name: text, datatype: 'INT8', shape: [1], data: Int8Array.of(1) }];
      const parsed = JSON.parse(
        encodeInferResponse({ modelName: text, modelVersion: text, id: text, outputs, parameters: { [text]: text } }),
      );
      assert.deepEqual(
        [parsed.model_name, parsed.model_version, parsed.id, parsed.outputs[0].name, parsed.parameters],
        [text, text, text, text, { [text]: text }],
      );
    }
  });
});
