import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { status } from '@grpc/grpc-js';
import { ProtoWriter } from '../../src/formats/proto-writer.js';
import { encode } from '../../src/grpc/codec.js';
import {
  inferenceFile,
  inferenceService,
  ModelInferRequest,
  ModelInferResponse,
} from '../../src/grpc/inference-schema.js';
import type { Draft } from '../../src/grpc/schema.js';
import { digits } from '../support/examples.js';
import { Exposition } from '../support/exposition.js';
import { GrpcTestClient, pathOf } from '../support/grpc-client.js';
import { suiteLifetime } from '../support/lifetime.js';
import { ELEMENT, identityModel } from '../support/onnx-parts.js';
import { exampleModels, TestServer } from '../support/server.js';

/* What bad-input.test.ts asks over HTTP, and what only gRPC can say. */

type Request = Draft<typeof ModelInferRequest>;
type Input = NonNullable<Request['inputs']>[number];

const ROW = digits.rows[0] as number[];
const MIB = 1024 * 1024;
const contentType = (value: string) => new Map([['content_type', { string_param: value }]]);

/** A request for the digits, some fields of whose input are other than they should be. */
const digit = (fields: Partial<Input> = {}, others: Partial<Request> = {}): Request => ({
  model_name: 'mnist-svm',
  inputs: [{ name: 'predict', datatype: 'FP64', shape: [1, 64], contents: { fp64_contents: ROW }, ...fields }],
  ...others,
});
/** The same with the values as bytes. */
const raw = (bytes: Uint8Array, fields: Partial<Input> = {}) =>
  digit({ contents: undefined, ...fields }, { raw_input_contents: [bytes] });
const doubles = new Uint8Array(Float64Array.from(ROW).buffer);
const text = (value: string, type: string): Request => ({
  model_name: 'texts',
  inputs: [
    {
      name: 'x',
      datatype: 'BYTES',
      shape: [1],
      parameters: contentType(type),
      contents: { bytes_contents: [Buffer.from(value)] },
    },
  ],
});
const rawTexts = (bytes: string, count: number): Request => ({
  model_name: 'texts',
  inputs: [{ name: 'x', datatype: 'BYTES', shape: [count] }],
  raw_input_contents: [Buffer.from(bytes, 'latin1')],
});
/** A message that has these bytes for a text. */
const withBytes = (field: number, bytes: Uint8Array, inside?: number) => {
  const writer = new ProtoWriter();
  if (inside === undefined) writer.bytes(field, bytes);
  else writer.message(inside, body => body.bytes(field, bytes));
  return writer.finish();
};
const NOT_UTF8 = Buffer.from([0x61, 0xc3, 0x28]);

/** Message, its answer's code, and what the text must say: above all which field is at fault. */
const BAD_MESSAGES: readonly [about: string, message: Request | Uint8Array, code: keyof typeof status, text: RegExp][] =
  [
    ['what is no message', Buffer.from('{"inputs":[]}'), 'INVALID_ARGUMENT', /^ModelInferRequest: byte \d+, field \d+/],
    [
      'a message cut short',
      encode(ModelInferRequest, digit()).subarray(0, -5),
      'INVALID_ARGUMENT',
      /^ModelInferRequest/,
    ],
    ['a number for a text', Buffer.from([0x08, 1]), 'INVALID_ARGUMENT', /field 1: expected wire type 2, got 0$/],
    ['a model name that is no UTF-8', withBytes(1, NOT_UTF8), 'INVALID_ARGUMENT', /model_name is not valid UTF-8$/],
    ['an id that is no UTF-8', withBytes(3, NOT_UTF8), 'INVALID_ARGUMENT', /id is not valid UTF-8$/],
    ["an input's name that is no UTF-8", withBytes(1, NOT_UTF8, 5), 'INVALID_ARGUMENT', /name is not valid UTF-8$/],
    ['nothing', Buffer.alloc(0), 'NOT_FOUND', /^Model {2}not found$/],
    ['an unknown model', digit({}, { model_name: 'nope' }), 'NOT_FOUND', /^Model nope not found$/],
    ['a model called __proto__', digit({}, { model_name: '__proto__' }), 'NOT_FOUND', /^Model __proto__ not found$/],
    [
      'an unknown version',
      digit({}, { model_version: '9' }),
      'NOT_FOUND',
      /^Model mnist-svm with version 9 not found$/,
    ],

    [
      'no inputs',
      digit({}, { inputs: [] }),
      'INVALID_ARGUMENT',
      /^inputs: expected one tensor of shape \[-1,64\], got none$/,
    ],
    [
      'one input twice',
      digit({}, { inputs: [digit().inputs![0], digit().inputs![0]] }),
      'INVALID_ARGUMENT',
      /^input 'predict' is there twice$/,
    ],
    [
      'a second input',
      digit({}, { inputs: [digit().inputs![0], digit({ name: 'more' }).inputs![0]] }),
      'INVALID_ARGUMENT',
      /^inputs: .*expected one tensor of shape \[-1,64\], got 2 tensors/,
    ],
    [
      'an output the model has not',
      digit({}, { outputs: [{ name: 'foo' }] }),
      'INVALID_ARGUMENT',
      /^output 'foo': the model only/,
    ],
    [
      'an output called __proto__',
      digit({}, { outputs: [{ name: '__proto__' }] }),
      'INVALID_ARGUMENT',
      /^output '__proto__'/,
    ],

    [
      'an unknown datatype',
      digit({ datatype: 'FLOAT' }),
      'INVALID_ARGUMENT',
      /^input 'predict': datatype: expected one of BOOL, .*, got 'FLOAT'$/,
    ],
    [
      'no datatype',
      digit({ datatype: '' }),
      'INVALID_ARGUMENT',
      /^input 'predict': datatype: expected one of BOOL, .*, got ''$/,
    ],
    [
      'a datatype that the values are not',
      digit({ datatype: 'INT8', contents: { int_contents: [300, ...ROW.slice(1)] } }),
      'INVALID_ARGUMENT',
      /^input 'predict': data value 0: .*\(INT8\), got 300$/,
    ],
    [
      'texts for numbers',
      digit({ contents: { bytes_contents: [Buffer.from('a')] } }),
      'INVALID_ARGUMENT',
      /^input 'predict': expected numbers \(FP64\), got bytes_contents$/,
    ],
    [
      'BYTES for a model of numbers',
      digit({ datatype: 'BYTES', contents: { bytes_contents: ROW.map(value => Buffer.from(String(value))) } }),
      'INVALID_ARGUMENT',
      /^input 'predict': expected numbers, got datatype BYTES/,
    ],
    [
      'FP16 in a list',
      digit({ datatype: 'FP16' }),
      'INVALID_ARGUMENT',
      /^input 'predict': values of FP16 can only be sent in raw_input_contents/,
    ],
    [
      'NaN',
      digit({ contents: { fp64_contents: ROW.with(3, Number.NaN) } }),
      'INVALID_ARGUMENT',
      /^input 'predict': value 3 is NaN/,
    ],
    [
      'values in two lists',
      digit({ contents: { fp64_contents: ROW, fp32_contents: [1] } }),
      'INVALID_ARGUMENT',
      /one list, not in fp(32|64)_contents and fp(32|64)_contents$/,
    ],

    [
      'a value too few',
      digit({ contents: { fp64_contents: ROW.slice(1) } }),
      'INVALID_ARGUMENT',
      /^input 'predict': shape \[1,64\] needs 64 values, got 63$/,
    ],
    [
      'a feature too few',
      digit({ shape: [1, 63], contents: { fp64_contents: ROW.slice(1) } }),
      'INVALID_ARGUMENT',
      /^input 'predict': expected shape \[-1,64\], got \[1,63\]$/,
    ],
    ['no dimensions', digit({ shape: [] }), 'INVALID_ARGUMENT', /^input 'predict': shape \[\] needs 1 values, got 64$/],
    ['a negative size', digit({ shape: [1, -64] }), 'INVALID_ARGUMENT', /^input 'predict': shape \[1,-64\]/],
    [
      'two open sizes',
      digit({ shape: [-1, -1] }),
      'INVALID_ARGUMENT',
      /^input 'predict': shape \[-1,-1\] may leave one size open/,
    ],
    ['2^63 - 1 rows', digit({ shape: [2n ** 63n - 1n, 64] }), 'INVALID_ARGUMENT', /^input 'predict': shape/],
    [
      'a product of 2^64',
      digit({ shape: [2 ** 32, 2 ** 32] }),
      'INVALID_ARGUMENT',
      /^input 'predict': shape \[4294967296,4294967296\]/,
    ],
    [
      '65 dimensions',
      digit({ shape: new Array(65).fill(1) }),
      'INVALID_ARGUMENT',
      /a shape of more than 64 dimensions$/,
    ],

    [
      'raw values too few for the shape',
      raw(doubles.subarray(8)),
      'INVALID_ARGUMENT',
      /^input 'predict': shape \[1,64\] needs 64 values, got 63$/,
    ],
    [
      'raw values of a part',
      raw(doubles.subarray(3)),
      'INVALID_ARGUMENT',
      /^input 'predict': 509 bytes are no whole number of FP64 values of 8 bytes$/,
    ],
    [
      'no values at all',
      digit({ contents: undefined }),
      'INVALID_ARGUMENT',
      /^input 'predict': shape \[1,64\] needs 64 values, got 0$/,
    ],
    [
      'raw values of BOOL that are neither',
      raw(new Uint8Array(64).fill(2), { datatype: 'BOOL' }),
      'INVALID_ARGUMENT',
      /^input 'predict': data value 0: .*\(BOOL\), got 2$/,
    ],
    [
      'typed and raw values for one input',
      digit({}, { raw_input_contents: [doubles] }),
      'INVALID_ARGUMENT',
      /^raw_input_contents: expected 0 entries \(one for each input without contents\), got 1$/,
    ],
    [
      'raw values for more inputs than there are',
      digit({ contents: undefined }, { raw_input_contents: [doubles, doubles] }),
      'INVALID_ARGUMENT',
      /^raw_input_contents: expected 1 entries .*, got 2$/,
    ],
    [
      'raw BYTES cut in a length',
      rawTexts('\x01\0\0\0a\x02\0', 2),
      'INVALID_ARGUMENT',
      /^input 'x': element 1: a length of 4 bytes is expected, 2 are left$/,
    ],
    [
      'raw BYTES cut in a value',
      rawTexts('\x05\0\0\0ab', 1),
      'INVALID_ARGUMENT',
      /^input 'x': element 0: 5 bytes are announced, 2 are left$/,
    ],
    [
      'raw BYTES that are fewer than the shape says',
      rawTexts('\x01\0\0\0a', 2),
      'INVALID_ARGUMENT',
      /^input 'x': shape \[2\] needs 2 values, got 1$/,
    ],
    [
      'a text of 4 GiB',
      rawTexts('\xff\xff\xff\xffa', 1),
      'INVALID_ARGUMENT',
      /^input 'x': element 0: 4294967295 bytes are announced, 1 are left$/,
    ],

    [
      'what is no base64',
      text('no!', 'base64'),
      'INVALID_ARGUMENT',
      /^input 'x': data value 0: expected base64, got 'no!'$/,
    ],
    [
      'what is no datetime',
      text('soon', 'datetime'),
      'INVALID_ARGUMENT',
      /^input 'x': data value 0: expected a time in ISO 8601, got 'soon'$/,
    ],
    [
      'numbers as texts',
      digit({ parameters: contentType('str') }),
      'INVALID_ARGUMENT',
      /^input 'predict': content type 'str' needs datatype BYTES, got FP64$/,
    ],
    [
      'a message of 65 MiB',
      raw(new Uint8Array(65 * MIB)),
      'RESOURCE_EXHAUSTED',
      /larger than max .*67108864.*\(grpc_max_message_length\)$/,
    ],
  ];

/** What a custom model lacks; the code when it is loaded, and the text. */
const BAD_CLASSES: readonly [name: string, files: Record<string, string>, text: RegExp][] = [
  ['no-file', {}, /^there is no own\.ts, .* in /],
  ['no-export', { 'own.js': 'exports.Other = class { predict() {} };' }, /own\.js has no export 'Own'; its exports: /],
  ['no-method', { 'own.js': 'exports.Own = class {};' }, /^'Own' in module 'own' has no method predict$/],
];

const { methods } = inferenceService;

describe('bad input over gRPC', () => {
  const life = suiteLifetime();
  let server: TestServer;
  let client: GrpcTestClient;

  before(async () => {
    const files: Record<string, unknown> = {
      ...exampleModels({ 'mnist-svm': {} }),
      'texts/model-settings.json': { implementation: 'modelyard.OnnxModel' },
      'texts/model.onnx': identityModel(ELEMENT.BYTES, ['n']),
    };
    for (const [name, own] of BAD_CLASSES) {
      files[`${name}/model-settings.json`] = { name, implementation: 'own.Own' };
      for (const [file, content] of Object.entries(own)) files[`${name}/${file}`] = content;
    }
    server = await TestServer.start(life, { files });
    client = new GrpcTestClient(server.url('gRPC'));
    life.after(() => client.close());
  });

  const infer = (message: Uint8Array) =>
    client.start(pathOf(inferenceFile, 'ModelInfer'), ModelInferResponse, Buffer.from(message)).result;
  const bytesOf = (message: Request | Uint8Array) =>
    message instanceof Uint8Array ? message : encode(ModelInferRequest, message);

  for (const [about, message, code, expected] of BAD_MESSAGES) {
    it(`${code}: ${about}`, async () => {
      const answer = await infer(bytesOf(message));
      assert.equal(status[answer.code], code, answer.details);
      assert.match(answer.details, expected);
    });
  }

  for (const [name, , expected] of BAD_CLASSES) {
    it(`INVALID_ARGUMENT: a custom model with ${name.replace('-', ' ')}`, async () => {
      const path = pathOf(inferenceFile, 'RepositoryModelLoad');
      const loaded = await client.ask(path, methods.RepositoryModelLoad, { model_name: name });
      assert.equal(status[loaded.code], 'INVALID_ARGUMENT', loaded.details);
      assert.match(loaded.details, expected);
      const { status: code, text } = await server.request({
        method: 'POST',
        path: `/v2/repository/models/${name}/load`,
      });
      assert.equal(code, 400);
      assert.match(JSON.parse(text).error, expected);
    });
  }

  it('leaves a server that answers as before, and counts what it refused', async () => {
    const answer = await infer(bytesOf(digit()));
    assert.equal(Number(answer.answer?.outputs[0].contents?.int64_contents[0]), digits.predict[0]);
    const page = new Exposition((await server.metrics()).text);
    const counted = (grpc_code: string) =>
      page.value('grpc_server_handled_total', { grpc_method: 'ModelInfer', grpc_code });
    for (const code of ['INVALID_ARGUMENT', 'NOT_FOUND', 'RESOURCE_EXHAUSTED'] as const) {
      assert.equal(counted(code), BAD_MESSAGES.filter(([, , expected]) => expected === code).length, code);
    }
    const names = new Set(page.all('model_infer_request_failure_total').map(({ labels }) => labels.model));
    assert.ok(names.has('mnist-svm') && !names.has('nope') && !names.has('__proto__'));
  });
});
