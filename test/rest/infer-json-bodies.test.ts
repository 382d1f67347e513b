import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { decodeInferRequest } from '../../src/rest/infer-json.js';
import { decode, expectError, input, valuesOf } from '../support/infer-json.js';
import { seededRandom } from '../support/random.js';

describe('bodies that are no request', () => {
  const cases: [about: string, body: string | Buffer, message: RegExp][] = [
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
  for (const [about, body, message] of cases) {
    test(about, () => {
      assert.throws(() => decodeInferRequest(Buffer.from(body as string)), expectError('UNPROCESSABLE', message));
    });
  }

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
