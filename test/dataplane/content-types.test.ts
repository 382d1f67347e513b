import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import type { InferRequest, TensorMetadata } from '../../src/core/protocol.js';
import { type BytesColumn, bytesColumn, type Parameters, type Tensor, texts } from '../../src/core/tensor.js';
import { decodeContent, encodeContent } from '../../src/dataplane/content-types.js';
import { Environment } from '../../src/settings/env.js';
import { parseJsonObject } from '../../src/settings/json-object.js';
import { modelSettings } from '../../src/settings/model-settings.js';

const settingsOf = (fields: object = {}) => {
  const file = parseJsonObject(JSON.stringify({ implementation: 'mlserver_sklearn.SKLearnModel', ...fields }), 's');
  return modelSettings(file, { source: 's', folder: '/m' }, new Environment({})).settings;
};
const model = (rule: ModelInterface['rule'], inputs: TensorMetadata[] = []): ModelInterface => ({
  platform: '',
  inputs,
  outputs: [],
  parameters: {},
  rule,
  sharing: 'always',
  seesParameters: false,
});
const FILE = model({ kind: 'tensors', anyShape: [], empty: true });
const OWN = model({ kind: 'free' });
const typed = (contentType?: string): Parameters | undefined =>
  contentType === undefined ? undefined : { content_type: contentType };
const text = (name: string, values: string[], contentType?: string): Tensor => ({
  name,
  datatype: 'BYTES',
  shape: [values.length],
  data: bytesColumn(values),
  parameters: typed(contentType),
});
const doubles = (name: string, values: number[], contentType?: string): Tensor => ({
  name,
  datatype: 'FP64',
  shape: [values.length, 1],
  data: Float64Array.from(values),
  parameters: typed(contentType),
});
const told =
  (reason: RegExp, code = 'INVALID_ARGUMENT') =>
  (error: unknown) =>
    error instanceof ServerError && error.code === code && reason.test(error.message);

describe('inputs of models that know no content types', () => {
  const decode = (request: InferRequest, settings = {}, of = FILE) =>
    decodeContent(request, of, settingsOf(settings)).inputs.map(({ data, datatype }) =>
      datatype === 'BYTES' ? texts(data as BytesColumn) : data,
    );
  const BASE64 = { inputs: [{ name: 't', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'base64' } }] };

  it('are decoded by their own content type, else by that of the metadata, else not at all', () => {
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='], 'base64')] }), [['a']]);
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='])] }, BASE64), [['a']]);
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='], 'str')] }, BASE64), [['YQ==']]);
    assert.deepEqual(decode({ inputs: [text('u', ['YQ=='])] }, BASE64), [['YQ==']]);
    const described = model(FILE.rule, BASE64.inputs as unknown as TensorMetadata[]);
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='])] }, {}, described), [['a']]);
  });

  it('ignore content types that are none, and those that are none of a request', () => {
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='], 'image')] }, BASE64), [['YQ==']]);
    assert.deepEqual(decode({ inputs: [text('t', ['YQ=='])], parameters: { content_type: 'base64' } }), [['YQ==']]);
    assert.deepEqual(decode({ inputs: [text('t', ['1'], 'pd_json')] }), [['1']]);
  });

  it('are one tensor for `np` and `str`, of the request or else of the model', () => {
    const inputs = [doubles('a', [1]), doubles('b', [1])];
    const np = { parameters: { content_type: 'np' } };
    assert.throws(() => decode({ inputs, ...np }), told(/the 'np' codec only supports a single input tensor \(2 were/));
    assert.throws(() => decode({ inputs: [] }, np), told(/\(0 were received\)/));
    assert.equal(decode({ inputs, parameters: { content_type: 'pd' } }, np).length, 2);
    assert.throws(() => decode({ inputs: [doubles('a', [1])], parameters: { content_type: 'str' } }), told(/BYTES/));
  });

  it('are columns of JSON documents only in a table', () => {
    const inputs = [text('n', ['1', 'null'], 'pd_json'), text('s', ['"a"', '{"b":1}'], 'pd_json')];
    assert.deepEqual(decode({ inputs, parameters: { content_type: 'pd' } }), [
      Float64Array.of(1, Number.NaN),
      ['a', '{"b":1}'],
    ]);
  });

  it('are refused by name when they are not what they are said to be', () => {
    const refused = (tensor: Tensor, reason: RegExp) => assert.throws(() => decode({ inputs: [tensor] }), told(reason));
    refused(text('t', ['YQ==', 'no!'], 'base64'), /^input 't': data value 1: expected base64, got 'no!'$/);
    refused(text('t', ['2022-13-01'], 'datetime'), /^input 't': data value 0: expected a time in ISO 8601/);
    for (const contentType of ['str', 'base64', 'datetime'])
      refused(doubles('x', [1], contentType), /needs datatype BYTES/);
  });

  it('are left to a class of the user', () => {
    assert.deepEqual(decode({ inputs: [text('t', ['no!'], 'base64')] }, {}, OWN), [['no!']]);
  });
});

describe('outputs of models that know no content types', () => {
  const labels = { ...text('predict', ['a', 'b']), shape: [2, 1], parameters: { content_type: 'np' } };
  const encode = (output: Tensor, contentType?: string, settings = {}, of = FILE) => {
    const outputs = contentType === undefined ? undefined : [{ name: output.name, parameters: typed(contentType) }];
    const [made] = encodeContent([output], { inputs: [], outputs }, of, settingsOf(settings));
    const { shape, data, datatype, parameters } = made;
    return [parameters?.content_type, shape, datatype === 'BYTES' ? texts(data as BytesColumn) : data];
  };
  const STR = { outputs: [{ name: 'predict', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'str' } }] };

  it('are as the request asks, else as the metadata say, else as they are', () => {
    assert.deepEqual(encode(labels), ['np', [2, 1], ['a', 'b']]);
    assert.deepEqual(encode(labels, undefined, STR), ['str', [2, 1], ['a', 'b']]);
    assert.deepEqual(encode(labels, 'base64', STR), ['base64', [2, 1], ['YQ==', 'Yg==']]);
    assert.deepEqual(encode(labels, 'image', STR), ['str', [2, 1], ['a', 'b']]);
    assert.deepEqual(encode(labels, 'str', {}, OWN)[0], 'np');
  });

  it('are the bytes of each row when numbers are asked for as base64', () => {
    const matrix = { ...doubles('p', [1, 2, 3, 4]), shape: [2, 2] };
    const rows = [1, 3].map(from => Buffer.from(Float64Array.of(from, from + 1).buffer).toString('base64'));
    assert.deepEqual(encode(matrix, 'base64'), ['base64', [2, 1], rows]);
  });

  it('are refused where the values are not of the content type', () => {
    assert.throws(() => encode(doubles('p', [1]), 'str'), told(/output 'p': content type 'str' does not fit .* FP64/));
    assert.throws(() => encode(labels, 'datetime'), told(/'datetime' does not fit its values of BYTES/));
    const numbers = { ...doubles('predict', [1]) };
    assert.throws(() => encode(numbers, undefined, STR), told(/does not fit/, 'FAILED_PRECONDITION'));
    assert.equal(encode({ ...labels, data: bytesColumn(['2022-01-01', '20220101']) }, 'datetime')[0], 'datetime');
  });
});
