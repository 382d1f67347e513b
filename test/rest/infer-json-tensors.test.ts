import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, expectError, input, valuesOf } from '../support/infer-json.js';

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

describe('values that are refused', () => {
  const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const cases: [about: string, body: string, message: RegExp][] = [
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
  for (const [about, body, message] of cases) {
    test(about, () => {
      assert.throws(() => decode(body), expectError('INVALID_ARGUMENT', message));
    });
  }

  test('a depth of 100 is fine', () => {
    assert.deepEqual(valuesOf(decode(input('FP32', '[1]', `${'['.repeat(100)}5${']'.repeat(100)}`)).inputs[0]), [5]);
  });
});
