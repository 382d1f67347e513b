import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { digits } from '../support/examples.js';
import { suiteLifetime } from '../support/lifetime.js';
import { ELEMENT, identityModel } from '../support/onnx-parts.js';
import { exampleModels, TestServer } from '../support/server.js';

/* Bodies with tensors behind their JSON that are not as they should be. */

const ROW = Float64Array.from(digits.rows[0] as number[]);
const VALUES = Buffer.from(ROW.buffer);

interface Body {
  readonly model?: string;
  readonly json: object | string;
  readonly tail?: Uint8Array;
  /** Those of a good body where nothing is said. */
  readonly headers?: Readonly<Record<string, string>>;
}

const input = (size: unknown, fields: object = {}) => {
  const parameters = { binary_data_size: size };
  return { name: 'predict', shape: [1, 64], datatype: 'FP64', parameters, ...fields };
};
const digit = (size: unknown, tail: Uint8Array = VALUES, fields: object = {}): Body => ({
  json: { inputs: [input(size, fields)] },
  tail,
});
const texts = (bytes: string, shape: number[], parameters: object = {}): Body => {
  const tail = Buffer.from(bytes, 'latin1');
  const own = { ...parameters, binary_data_size: tail.byteLength };
  return { model: 'texts', json: { inputs: [{ name: 'x', shape, datatype: 'BYTES', parameters: own }] }, tail };
};
const withHeaders = (headers: Record<string, string>): Body => ({ ...digit(512), headers });
const LENGTH = 'inference-header-content-length';

/** Body, its answer's status, and what the message must say: above all which field is at fault. */
const BAD_BODIES: readonly [about: string, body: Body, status: number, message: RegExp][] = [
  [
    'a header longer than the body',
    withHeaders({ [LENGTH]: '100000' }),
    400,
    /^inference-header-content-length: expected a number of bytes up to the body's \d+, got '100000'$/,
  ],
  ['a header of less than nothing', withHeaders({ [LENGTH]: '-1' }), 400, /^inference-header-content-length/],
  ['a header that is no number', withHeaders({ [LENGTH]: '1e2' }), 400, /^inference-header-content-length/],
  ['a header that ends in the JSON', withHeaders({ [LENGTH]: '10' }), 422, /^body is not JSON/],
  ['a header that ends behind the JSON', withHeaders({ [LENGTH]: '200' }), 422, /^body/],
  ['no header', withHeaders({ 'content-type': 'application/json' }), 422, /^body|^inputs\[0\]/],
  [
    'an unknown content type',
    withHeaders({ 'content-type': 'image/png', [LENGTH]: '100' }),
    422,
    /^content-type: expected application\/json, got 'image\/png'$/,
  ],
  ['JSON that is none', { json: '{"inputs":', tail: VALUES }, 422, /^body is not JSON/],

  [
    'a size beyond the body',
    digit(513),
    400,
    /^input 'predict': binary_data_size is 513, but 512 bytes are left of the body$/,
  ],
  [
    'sizes that overlap',
    { json: { inputs: [input(512), input(8, { name: 'more', shape: [1, 1] })] }, tail: VALUES },
    400,
    /^input 'more': binary_data_size is 8, but 0 bytes are left of the body$/,
  ],
  [
    'bytes that belong to nobody',
    digit(512, Buffer.concat([VALUES, VALUES])),
    400,
    /^512 bytes of the body belong to no input$/,
  ],
  ['a size below zero', digit(-8), 400, /^input 'predict': binary_data_size: expected a whole number of 0 or more$/],
  ['half a size', digit(0.5), 400, /^input 'predict': binary_data_size/],
  ['a size of text', digit('512'), 400, /^input 'predict': binary_data_size/],
  ['a size of 2^64', digit(2 ** 64), 400, /^input 'predict': binary_data_size/],
  ['no size', digit(undefined), 422, /^inputs\[0\]: expected a field 'data', got none$/],
  ['a size beside data', digit(512, VALUES, { data: [...ROW] }), 400, /^512 bytes of the body belong to no input$/],

  [
    'fewer values than the shape says',
    digit(504, VALUES.subarray(8)),
    400,
    /^input 'predict': shape \[1,64\] needs 64 values, got 63$/,
  ],
  [
    'a part of a value',
    digit(509, VALUES.subarray(3)),
    400,
    /^input 'predict': 509 bytes are no whole number of FP64 values of 8 bytes$/,
  ],
  [
    'a wrong number of features',
    digit(504, VALUES.subarray(8), { shape: [1, 63] }),
    400,
    /^input 'predict': expected shape \[-1,64\], got \[1,63\]$/,
  ],
  [
    'a shape beyond all memory',
    digit(512, VALUES, { shape: [2 ** 32, 2 ** 32] }),
    400,
    /^input 'predict': shape \[4294967296,4294967296\] asks/,
  ],
  [
    'an unknown datatype',
    digit(512, VALUES, { datatype: 'FLOAT' }),
    422,
    /^inputs\[0\]\.datatype: expected one of BOOL, .*, got "FLOAT"$/,
  ],
  [
    'BOOL that is neither',
    digit(64, Buffer.alloc(64, 2), { datatype: 'BOOL' }),
    400,
    /^input 'predict': data value 0: .*\(BOOL\), got 2$/,
  ],
  [
    'one input twice',
    { json: { inputs: [input(512), input(512)] }, tail: Buffer.concat([VALUES, VALUES]) },
    400,
    /^input 'predict' is there twice$/,
  ],
  [
    'NaN',
    digit(512, Buffer.from(Float64Array.from(ROW).fill(Number.NaN, 2, 3).buffer)),
    400,
    /^input 'predict': value 2 is NaN/,
  ],

  [
    'BYTES cut in a length',
    texts('\x01\0\0\0a\x02\0', [2]),
    400,
    /^input 'x': element 1: a length of 4 bytes is expected, 2 are left$/,
  ],
  [
    'BYTES cut in a value',
    texts('\x05\0\0\0ab', [1]),
    400,
    /^input 'x': element 0: 5 bytes are announced, 2 are left$/,
  ],
  ['fewer BYTES than the shape says', texts('\x01\0\0\0a', [2]), 400, /^input 'x': shape \[2\] needs 2 values, got 1$/],
  [
    'a text of 4 GiB',
    texts('\xff\xff\xff\xffa', [1]),
    400,
    /^input 'x': element 0: 4294967295 bytes are announced, 1 are left$/,
  ],
  [
    'what is no base64',
    texts('\x03\0\0\0no!', [1], { content_type: 'base64' }),
    400,
    /^input 'x': data value 0: expected base64, got 'no!'$/,
  ],
  [
    'what is no datetime',
    texts('\x04\0\0\0soon', [1], { content_type: 'datetime' }),
    400,
    /^input 'x': data value 0: expected a time in ISO 8601, got 'soon'$/,
  ],
];

describe('bad input as binary tensors', () => {
  const life = suiteLifetime();
  let server: TestServer;

  before(async () => {
    server = await TestServer.start(life, {
      files: {
        ...exampleModels({ 'mnist-svm': {} }),
        'texts/model-settings.json': { implementation: 'modelyard.OnnxModel' },
        'texts/model.onnx': identityModel(ELEMENT.BYTES, ['n']),
      },
    });
  });

  const ask = ({ model = 'mnist-svm', json, tail = Buffer.alloc(0), headers }: Body) => {
    const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const usual = { 'content-type': 'application/octet-stream', [LENGTH]: String(text.byteLength) };
    return server.infer(model, Buffer.concat([text, tail]), { headers: headers ?? usual });
  };

  for (const [about, body, status, message] of BAD_BODIES) {
    it(`${status}: ${about}`, async () => {
      const answer = await ask(body);
      assert.equal(answer.status, status, answer.text);
      assert.match(JSON.parse(answer.text).error, message);
    });
  }

  it('leaves a server that answers as before, and nothing in the log', async () => {
    const { status, text } = await ask(digit(512));
    assert.equal(status, 200, text);
    assert.deepEqual(JSON.parse(text).outputs[0].data, [digits.predict[0]]);
    assert.deepEqual(server.errors, []);
  });
});
