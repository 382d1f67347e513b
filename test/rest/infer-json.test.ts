import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { bytesColumn, isBytes, isMissingText, type Tensor, texts } from '../../src/core/tensor.js';
import { decodeInferRequest, encodeInferResponse } from '../../src/rest/infer-json.js';
import { seededRandom } from '../support/random.js';

function decode(body: string, maxElements?: number): InferRequest {
  return decodeInferRequest(Buffer.from(body), maxElements);
}

function valuesOf({ data }: Tensor): unknown[] {
  if (!isBytes(data)) return Array.from(data as Float64Array);
  return texts(data).map((text, i) => (isMissingText(data, i) ? null : text));
}

/** A request with one input. */
function input(datatype: string, shape: string, data: string): string {
  return `{"inputs":[{"name":"x","shape":${shape},"datatype":"${datatype}","data":${data}}]}`;
}

describe('tensors that are understood', () => {
  const cases: [
    about: string,
    datatype: string,
    shape: string,
    data: string,
    values: unknown[],
    shapeRead?: number[],
  ][] = [
    ['flat', 'FP32', '[2,2]', '[1,2.5,-3,0.1]', [1, 2.5, -3, Math.fround(0.1)]],
    ['nested', 'FP64', '[2,2]', '[[1,2.5],[-3,0.1]]', [1, 2.5, -3, 0.1]],
    ['nested otherwise than the shape', 'FP64', '[4]', '[[1,2],[3,4]]', [1, 2, 3, 4]],
    ['a scalar', 'FP64', '[1]', '7', [7]],
    ['a scalar without dimensions', 'FP64', '[]', '7', [7]],
    ['no values', 'FP32', '[0,4]', '[]', []],
    ['lists of no values', 'FP32', '[2,0]', '[[],[]]', []],
    ['white space everywhere', 'FP64', ' [ 3\n] ', '\t[ 1 ,\r\n 2 \n,\n\n3 ] ', [1, 2, 3]],
    ['exponents', 'FP64', '[5]', '[1e5,1E-5,2.5e+3,1e22,-1e-7]', [1e5, 1e-5, 2.5e3, 1e22, -1e-7]],
    ['zeros', 'FP64', '[5]', '[0,-0,0.0,-0.0,0e9]', [0, -0, 0, -0, 0]],
    ['null is NaN', 'FP32', '[3]', '[1,null,3]', [1, Number.NaN, 3]],
    ['null alone', 'FP64', '[1]', 'null', [Number.NaN]],
    ['numbers in quotes', 'FP32', '[4]', '["5.5"," 1e2 ","-7",".5"]', [5.5, 100, -7, 0.5]],
    ['floats JSON has no form for', 'FP64', '[3]', '["NaN","inf","-Infinity"]', [NaN, Infinity, -Infinity]],
    ['booleans as numbers', 'FP32', '[3]', '[true,false,2]', [1, 0, 2]],
    ['a size as text or float', 'INT32', '["2",2.0]', '[1,2,3,4]', [1, 2, 3, 4], [2, 2]],
    ['an open size', 'FP32', '[-1,2]', '[1,2,3,4,5,6]', [1, 2, 3, 4, 5, 6], [3, 2]],
    ['an open size of nothing', 'FP32', '[-1,2]', '[]', [], [0, 2]],
    ['BOOL', 'BOOL', '[6]', '[true,false,1,0,1.0,0.0]', [1, 0, 1, 0, 1, 0]],
    ['INT8', 'INT8', '[3]', '[-128,127,1.0]', [-128, 127, 1]],
    ['UINT8', 'UINT8', '[2]', '[0,255]', [0, 255]],
    ['INT16', 'INT16', '[2]', '[-32768,32767]', [-32768, 32767]],
    ['UINT16', 'UINT16', '[2]', '[0,65535]', [0, 65535]],
    ['INT32', 'INT32', '[3]', '[-2147483648,2147483647,1e3]', [-2147483648, 2147483647, 1000]],
    ['UINT32', 'UINT32', '[2]', '[0,4294967295]', [0, 4294967295]],
    ['whole numbers in quotes', 'INT32', '[2]', '["12","-3.0"]', [12, -3]],
    [
      'INT64',
      'INT64',
      '[9]',
      '[9223372036854775807,-9223372036854775808,9007199254740993,-1,-4294967296,1.0,1e18,"9223372036854775807",0]',
      [
        9223372036854775807n,
        -9223372036854775808n,
        9007199254740993n,
        -1n,
        -4294967296n,
        1n,
        10n ** 18n,
        9223372036854775807n,
        0n,
      ],
    ],
    [
      'UINT64',
      'UINT64',
      '[4]',
      '[18446744073709551615,0,9007199254740993,4294967296]',
      [18446744073709551615n, 0n, 9007199254740993n, 4294967296n],
    ],
    ['FP16', 'FP16', '[4]', '[1,-2,65504,0.333251953125]', [0x3c00, 0xc000, 0x7bff, 0x3555]],
    ['BYTES', 'BYTES', '[3]', '["a","","b c"]', ['a', '', 'b c']],
    ['BYTES nested', 'BYTES', '[2,1]', '[["a"],["b"]]', ['a', 'b']],
    [
      'BYTES beyond ASCII',
      'BYTES',
      '[3]',
      '["ä€😀","\\u00e4\\u20ac\\ud83d\\ude00","\\"\\\\\\/\\b\\f\\n\\r\\t"]',
      ['ä€😀', 'ä€😀', '"\\/\b\f\n\r\t'],
    ],
    ['null is a missing text', 'BYTES', '[3]', '[null,"null",""]', [null, 'null', '']],
    ['BYTES with an open size', 'BYTES', '[-1]', '["a","b"]', ['a', 'b'], [2]],
    ['one text with its length for a shape', 'BYTES', '[11]', '"hello world"', ['hello world'], [1]],
    ['the same in a list, in characters', 'BYTES', '[3]', '["ä€😀"]', ['ä€😀'], [1]],
  ];
  for (const [about, datatype, shape, data, values, shapeRead] of cases) {
    test(about, () => {
      const [tensor] = decode(input(datatype, shape, data)).inputs;
      assert.deepEqual(valuesOf(tensor), values);
      assert.deepEqual(tensor.shape, shapeRead ?? JSON.parse(shape));
      assert.equal(tensor.datatype, datatype);
      assert.equal(tensor.name, 'x');
    });
  }
});

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

describe('bodies that are refused', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const notJson: [about: string, body: string | Buffer, message: RegExp][] = [
    ['nothing', '', /^body: expected a JSON object, got nothing$/],
    ['white space', ' \n', /^body: expected a JSON object, got nothing$/],
    ['null', 'null', /^body: expected a JSON object, got null$/],
    ['a list', '[1]', /^body: expected a JSON object, got \[1\]$/],
    ['a string', '"x"', /^body: expected a JSON object, got "x"$/],
    ['no JSON', 'hello', /^body is not JSON: expected a JSON value at byte 0, got "h"$/],
    ['half of a body', '{"inputs":[{"name":"x"', /^body is not JSON: an object must end with '}'$/],
    [
      'half of a body that ends in }',
      '{"id":"x","parameters":{}',
      /^body is not JSON: expected ',' or '}' at byte 25, got the end/,
    ],
    ['something behind it', '{"inputs":[]}{}', /^body is not JSON: expected the end of the body at byte 13, got "\{"$/],
    ['a NUL behind it', '{"inputs":[]}\0}', /^body is not JSON: expected the end of the body/],
    ['byte order mark', '\ufeff{"inputs":[]}', /^body is not JSON: expected a JSON value at byte 0/],
    ['UTF-16', Buffer.from('{"inputs":[]}', 'utf16le'), /^body is not JSON/],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /^body: not valid UTF-8$/],
    ['overlong UTF-8', Buffer.from([0x7b, 0x22, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), /^body: not valid UTF-8$/],
    ['a surrogate in UTF-8', Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]), /^body: not valid UTF-8$/],
    ['a comma too many', '{"inputs":[],}', /expected a member name in quotes at byte 13, got "}"/],
    ['a comma too few', '{"inputs":[] "id":"x"}', /expected ',' or '}' at byte 13/],
    ['no colon', '{"inputs" []}', /expected ':'/],
    ['single quotes', "{'inputs':[]}", /expected a member name in quotes/],
    ['a control character', '{"inputs":[],"id":"a\nb"}', /no control character in a string/],
    ['an open string', '{"inputs":[],"id":"a}', /closing quote.*end of the body/],
    ['an unknown escape', '{"inputs":[],"id":"\\x41"}', /an escape JSON knows/],
    ['half an escape', '{"inputs":[],"id":"\\u12"}', /an escape JSON knows/],
    ['a comment', '{"inputs":[]/**/}', /expected ',' or '}'/],
    ['a wrong unknown field', '{"inputs":[],"x":tru}', /expected a JSON value/],
    ['NaN in an unknown field', '{"inputs":[],"x":NaN}', /expected a JSON value/],
    ...(
      [
        ['NaN', /expected a JSON value at byte \d+, got "N"/],
        ['Infinity', /expected a JSON value/],
        ['-Infinity', /expected a digit/],
        ['01', /expected ',' or ']'/],
        ['-', /expected a digit/],
        ['+1', /expected a JSON value/],
        ['.5', /expected a JSON value/],
        ['1.', /expected a digit/],
        ['1e', /expected a digit/],
        ['1e+', /expected a digit/],
        ['0x10', /expected ',' or ']'/],
        ['1_0', /expected ',' or ']'/],
        ['--1', /expected a digit/],
        ['1,', /expected a JSON value at byte \d+, got "]"/],
        [',1', /expected a JSON value/],
        ['1 2', /expected ',' or ']'/],
        ['nul', /expected a JSON value/],
        ['True', /expected a JSON value/],
        ['12345678901234567890x', /expected ',' or ']'/],
        ['1}', /expected ',' or ']'/],
      ] as const
    ).map(([data, message]): [string, string, RegExp] => [
      `data [${data}]`,
      input('FP32', '[1]', `[${data}]`),
      message,
    ]),
    ['inputs missing', '{"id":"x"}', /^body: expected a field 'inputs', got none$/],
    ['inputs null', '{"inputs":null}', /^inputs: expected a list of tensors, got null$/],
    ['inputs an object', '{"inputs":{"name":"x"}}', /^inputs: expected a list of tensors, got \{"name":"x"\}$/],
    ['an input that is a number', '{"inputs":[5]}', /^inputs\[0\]: expected an object, got 5$/],
    ['id a number', '{"inputs":[],"id":5}', /^id: expected a string or null, got 5$/],
    ['parameters a list', '{"inputs":[],"parameters":[1]}', /^parameters: expected an object, got \[1\]$/],
    [
      'content_type a number',
      '{"inputs":[],"parameters":{"content_type":5}}',
      /^parameters\.content_type: expected a string/,
    ],
    ['outputs a string', '{"inputs":[],"outputs":"predict"}', /^outputs: expected a list of outputs, got "predict"$/],
    [
      'an output without name',
      '{"inputs":[],"outputs":[{"name":"a"},{}]}',
      /^outputs\[1\]: expected a field 'name', got none$/,
    ],
    ['an output that is a string', '{"inputs":[],"outputs":["a"]}', /^outputs\[0\]: expected an object, got "a"$/],
    [
      'name missing',
      '{"inputs":[{"shape":[1],"datatype":"FP32","data":[1]}]}',
      /^inputs\[0\]: expected a field 'name'/,
    ],
    [
      'shape missing',
      '{"inputs":[{"name":"x","datatype":"FP32","data":[1]}]}',
      /^inputs\[0\]: expected a field 'shape'/,
    ],
    [
      'datatype missing',
      '{"inputs":[{"name":"x","shape":[1],"data":[1]}]}',
      /^inputs\[0\]: expected a field 'datatype'/,
    ],
    [
      'data missing',
      '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32"}]}',
      /^inputs\[0\]: expected a field 'data'/,
    ],
    ['name a number', '{"inputs":[{"name":5}]}', /^inputs\[0\]\.name: expected a string, got 5$/],
    ['BF16', input('BF16', '[1]', '[1]'), /^inputs\[0\]\.datatype: expected one of BOOL, .*BYTES, got "BF16"$/],
    ['lower case', input('fp32', '[1]', '[1]'), /^inputs\[0\]\.datatype: .* got "fp32"$/],
    ['shape a number', input('FP32', '4', '[1]'), /^inputs\[0\]\.shape: expected a list of whole numbers, got 4$/],
    [
      'a word in the shape',
      input('FP32', '["x"]', '[1]'),
      /^inputs\[0\]\.shape: expected a list of whole numbers, got "x"$/,
    ],
    ['2.5 in the shape', input('FP32', '[2.5]', '[1]'), /^inputs\[0\]\.shape: .* got 2\.5$/],
    ['true in the shape', input('FP32', '[true]', '[1]'), /^inputs\[0\]\.shape: .* got true$/],
    ['null in the shape', input('FP32', '[null]', '[1]'), /^inputs\[0\]\.shape: .* got null$/],
    ['a list in the shape', input('FP32', '[[1]]', '[1]'), /^inputs\[0\]\.shape: .* got \[1\]$/],
    ['1e400 in the shape', input('FP32', '[1e400]', '[1]'), /^inputs\[0\]\.shape: .* got 1e400$/],
  ];
  for (const [about, body, message] of notJson) {
    test(`as no request: ${about}`, () => {
      assert.throws(() => decodeInferRequest(Buffer.from(body as string)), expectError('UNPROCESSABLE', message));
    });
  }

  const wrongValues: [about: string, body: string, message: RegExp][] = [
    ['too few values', input('FP32', '[2,3]', '[1,2,3,4,5]'), /^input 'x': shape \[2,3\] needs 6 values, got 5$/],
    ['too many values', input('FP32', '[2]', '[1,2,3]'), /^input 'x': shape \[2\] needs 2 values, got 3$/],
    [
      'too many values before the shape',
      '{"inputs":[{"data":[1,2],"name":"x","datatype":"FP32","shape":[1]}]}',
      /needs 1 values, got 2$/,
    ],
    ['a scalar for two values', input('FP32', '[2]', '1'), /^input 'x': shape \[2\] needs 2 values, got 1$/],
    ['no dimensions for two values', input('FP32', '[]', '[1,2]'), /^input 'x': shape \[\] needs 1 values, got 2$/],
    ['too few texts', input('BYTES', '[3]', '["a","b"]'), /^input 'x': shape \[3\] needs 3 values, got 2$/],
    ['too many texts', input('BYTES', '[2]', '["a","b","c"]'), /^input 'x': shape \[2\] needs 2 values, got 3$/],
    ['one text of another length', input('BYTES', '[3]', '["ab"]'), /^input 'x': shape \[3\] needs 3 values, got 1$/],
    ['a negative size', input('FP32', '[-2]', '[1]'), /^input 'x': shape \[-2\] must hold whole numbers of 0 or more$/],
    [
      'a huge size',
      input('FP32', '[99999999999999999999]', '[1]'),
      /^input 'x': shape \[100000000000000000000\] must hold/,
    ],
    [
      'a huge product',
      input('FP32', '[65536,65536]', '[1]'),
      /^input 'x': shape \[65536,65536\] asks for more than 2147483647/,
    ],
    [
      'a product beyond 2^64',
      input('FP32', '[4294967296,4294967296,0]', '[1]'),
      /^input 'x': shape .* asks for more than/,
    ],
    [
      'two open sizes',
      input('FP32', '[-1,-1]', '[1]'),
      /^input 'x': shape \[-1,-1\] may leave one size open, not more$/,
    ],
    [
      'an open size that is no whole number',
      input('FP32', '[-1,2]', '[1,2,3]'),
      /^input 'x': shape \[-1,2\] cannot hold 3 values$/,
    ],
    ['an open size beside 0', input('FP32', '[-1,0]', '[]'), /^input 'x': shape \[-1,0\] cannot hold 0 values$/],
    [
      'too many dimensions',
      input('FP32', `[${Array(65).fill(1)}]`, '[1]'),
      /^inputs\[0\]\.shape: more than 64 dimensions$/,
    ],
    ...[
      '[1,[2]]',
      '[[1],2]',
      '[[1,2],[3]]',
      '[[1],[]]',
      '[[],[1]]',
      '[[[1]],[1]]',
      '[[],[[]]]',
      '[[[]],[]]',
      '[[1],[[1]]]',
    ].map((data): [string, string, RegExp] => [
      `ragged ${data}`,
      input('FP32', '[-1]', data),
      /^input 'x': data is ragged/,
    ]),
    ['ragged texts', input('BYTES', '[3]', '[["a"],["b","c"]]'), /^input 'x': data is ragged/],
    [
      'data an object',
      input('FP32', '[1]', '{"a":1}'),
      /^input 'x': data value 0: expected a number .* got \{"a":1\}$/,
    ],
    [
      'a word in FP32',
      input('FP32', '[2]', '[1,"a"]'),
      /^input 'x': data value 1: expected a number .*\(FP32\), got "a"$/,
    ],
    ['an empty text in FP32', input('FP32', '[1]', '[""]'), /data value 0: .* got ""$/],
    ['hexadecimal text in FP32', input('FP32', '[1]', '["0x10"]'), /data value 0: .* got "0x10"$/],
    ['a word in INT32', input('INT32', '[1]', '["nan"]'), /data value 0: expected a whole number .* got "nan"$/],
    ['1e400', input('FP64', '[2]', '[1,1e400]'), /^input 'x': data value 1: .*\(FP64\), got 1e400$/],
    ['-1e400 in quotes', input('FP64', '[1]', '["-1e400"]'), /data value 0: .* got -1e400$/],
    ['1e39 as FP32', input('FP32', '[1]', '[1e39]'), /data value 0: .*\(FP32\), got 1e39$/],
    ['65520 as FP16', input('FP16', '[2]', '[1,65520]'), /data value 1: .*FP16\), got 65520$/],
    [
      '300 as INT8',
      input('INT8', '[2]', '[1,300]'),
      /^input 'x': data value 1: expected a whole number from -128 to 127 \(INT8\), got 300$/,
    ],
    ['-129 as INT8', input('INT8', '[1]', '[-129]'), /got -129$/],
    ['-1 as UINT8', input('UINT8', '[1]', '[-1]'), /from 0 to 255 \(UINT8\), got -1$/],
    ['256 as UINT8', input('UINT8', '[1]', '[256]'), /got 256$/],
    ['32768 as INT16', input('INT16', '[1]', '[32768]'), /got 32768$/],
    ['65536 as UINT16', input('UINT16', '[1]', '[65536]'), /got 65536$/],
    ['2147483648 as INT32', input('INT32', '[1]', '[2147483648]'), /got 2147483648$/],
    ['4294967296 as UINT32', input('UINT32', '[1]', '[4294967296]'), /got 4294967296$/],
    ['1.5 as INT32', input('INT32', '[3]', '[1,2,1.5]'), /data value 2: expected a whole number .* got 1\.5$/],
    ['1.5 as INT64', input('INT64', '[1]', '[1.5]'), /expected a whole number .* got 1\.5$/],
    ['2^63 as INT64', input('INT64', '[1]', '[9223372036854775808]'), /got 9223372036854775808$/],
    ['-2^63-1 as INT64', input('INT64', '[1]', '[-9223372036854775809]'), /got -9223372036854775809$/],
    ['1e19 as INT64', input('INT64', '[1]', '[1e19]'), /got 1e19$/],
    ['2^64 as UINT64', input('UINT64', '[1]', '[18446744073709551616]'), /got 18446744073709551616$/],
    ['-1 as UINT64', input('UINT64', '[1]', '[-1]'), /got -1$/],
    ['a million digits as INT64', input('INT64', '[1]', `[${'9'.repeat(1e6)}]`), /got 9{40}\.\.\.$/],
    ['2 as BOOL', input('BOOL', '[1]', '[2]'), /expected true, false, 1 or 0 \(BOOL\), got 2$/],
    ['a text as BOOL', input('BOOL', '[1]', '["true"]'), /\(BOOL\), got "true"$/],
    ['null as INT32', input('INT32', '[2]', '[1,null]'), /data value 1: expected a whole number .* got null$/],
    ['null as BOOL', input('BOOL', '[1]', '[null]'), /got null$/],
    [
      'a number as BYTES',
      input('BYTES', '[2]', '["a",5]'),
      /^input 'x': data value 1: expected a string \(BYTES\), got 5$/,
    ],
    [
      'a lone surrogate in the data',
      input('BYTES', '[1]', '["a\\ud800"]'),
      /^inputs\[0\]\.data: lone surrogate \\ud800 at byte \d+$/,
    ],
    ['surrogates the wrong way round', input('BYTES', '[1]', '["\\udc00\\ud800"]'), /lone surrogate \\udc00/],
    ['a lone surrogate in the id', '{"inputs":[],"id":"\\uDBFFx"}', /^id: lone surrogate \\uDBFF/],
    [
      'a lone surrogate in parameters',
      '{"inputs":[],"parameters":{"a":["\\ud83d\\u0041"]}}',
      /^parameters: lone surrogate/,
    ],
    ['101 lists', input('FP32', '[0]', deep(101)), /^inputs\[0\]\.data: nested deeper than 100$/],
    ['a million lists', input('FP32', '[0]', deep(1e6)), /^inputs\[0\]\.data: nested deeper than 100$/],
    [
      'a million lists before the shape',
      `{"inputs":[{"data":${deep(1e6)}}]}`,
      /^inputs\[0\]\.data: nested deeper than 100$/,
    ],
    ['deep parameters', `{"inputs":[],"parameters":{"a":${deep(1e5)}}}`, /^parameters: nested deeper than 100$/],
    [
      'a deep unknown field',
      `{"inputs":[],"x":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`,
      /^x: nested deeper than 100$/,
    ],
    [
      'two inputs of one name',
      `{"inputs":[${Array(2).fill('{"name":"x","shape":[0],"datatype":"FP32","data":[]}')}]}`,
      /^input 'x' is there twice$/,
    ],
    ['two outputs of one name', '{"inputs":[],"outputs":[{"name":"a"},{"name":"a"}]}', /^output 'a' is there twice$/],
    [
      'a long name',
      input('FP32', '[2]', '[1]').replace('"x"', `"${'n'.repeat(1e5)}"`),
      /^input 'n{40}\.\.\.': shape \[2\] needs 2 values, got 1$/,
    ],
  ];
  for (const [about, body, message] of wrongValues) {
    test(`for its values: ${about}`, () => {
      assert.throws(() => decode(body), expectError('INVALID_ARGUMENT', message));
    });
  }

  test('a depth of 100 is fine', () => {
    assert.deepEqual(valuesOf(decode(input('FP32', '[1]', `${'['.repeat(100)}5${']'.repeat(100)}`)).inputs[0]), [5]);
  });

  test('a body with characters changed, left out or put in is read or refused, and never read when it is not JSON', () => {
    const random = seededRandom(6);
    const int = (end: number) => Math.floor(random() * end);
    const source =
      '{"id":"a","inputs":[{"name":"x","shape":[2,-1],"datatype":"FP32","data":[[1.5,null],["2",-3e2]]},' +
      '{"data":["t\\n","ü"],"name":"y","shape":[2],"datatype":"BYTES","parameters":{"content_type":"str"}}],"outputs":[]}';
    const characters = '{}[]",:\\ 0123456789-.eutfalsnxFPBOINT';
    let read = 0;
    for (let i = 0; i < 20_000; i++) {
      let text = source;
      for (let changes = 1 + int(3); changes > 0; changes--) {
        const at = int(text.length);
        const put = int(3) === 0 ? '' : characters[int(characters.length)];
        text = text.slice(0, at) + put + text.slice(at + int(2));
      }
      try {
        decode(text);
      } catch (error) {
        assert.ok(error instanceof ServerError && error.code !== 'INTERNAL', `${text}: ${error}`);
        continue;
      }
      JSON.parse(text);
      read++;
    }
    assert.ok(read > 500, `only ${read} bodies were read`);
  });

  test('a request after a refused one is read as ever', () => {
    assert.throws(() => decode(input('FP32', '[3]', '[1,2,x]')), ServerError);
    assert.deepEqual(valuesOf(decode(input('FP32', '[2]', '[3,4]')).inputs[0]), [3, 4]);
  });
});

function expectError(code: string, message: RegExp): (error: unknown) => true {
  return error => {
    assert.ok(error instanceof ServerError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.message.length < 300, `${error.message.length} characters`);
    return true;
  };
}

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
