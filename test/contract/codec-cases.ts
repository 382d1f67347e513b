import { ELEMENT, identityModel } from '../support/onnx-parts.js';
import type { PlainRequest, PlainTensor, Value } from './infer-client.js';

/*
 * Content types, which mean the same over every transport.
 *   texts    gives its texts back (ONNX): the server decodes and encodes for it
 *   codecs   decodes what it gets and encodes it again (a class of the user's)
 */

export const CODEC_MODELS = {
  'texts/model-settings.json': { implementation: 'modelyard.OnnxModel' },
  'texts/model.onnx': identityModel(ELEMENT.BYTES, ['n']),
  'codecs/model-settings.json': { implementation: 'codecs.Codecs' },
  'codecs/codecs.js': `const { decode, decodeRequest, encode, encodeResponse } = require('modelyard');
    exports.Codecs = { predict: request => request.contentType === undefined
      ? { outputs: request.inputs.map(input => encode(decode(input), input.name)) }
      : encodeResponse(decodeRequest(request)) };`,
};

interface CodecCase {
  readonly about: string;
  readonly model: string;
  readonly request: PlainRequest;
  readonly outputs?: readonly PlainTensor[];
  readonly refused?: { readonly code: 'INVALID_ARGUMENT'; readonly message: RegExp };
}

const text = (name: string, data: readonly string[], contentType?: string, shape = [data.length]): PlainTensor => {
  return { name, shape, datatype: 'BYTES', data, contentType };
};
const numbers = (name: string, shape: readonly number[], data: readonly Value[], contentType?: string): PlainTensor => {
  return { name, shape, datatype: 'FP64', data, contentType };
};
const column = (name: string, data: readonly string[], contentType?: string) =>
  text(name, data, contentType, [data.length, 1]);
const refused = (message: RegExp) => ({ refused: { code: 'INVALID_ARGUMENT', message } as const });

const texts = (about: string, input: PlainTensor, others: Partial<CodecCase> & { ask?: string }): CodecCase => {
  const { ask, ...rest } = others;
  const outputs = ask === undefined ? {} : { outputs: ['y'], outputContentType: ask };
  return { about, model: 'texts', request: { inputs: [input], ...outputs }, ...rest };
};
const codecs = (
  about: string,
  inputs: readonly PlainTensor[],
  outputs: readonly PlainTensor[],
  contentType?: string,
) => {
  return { about, model: 'codecs', request: { inputs, contentType }, outputs };
};

export const CODEC_CASES: readonly CodecCase[] = [
  texts('str for a model file', text('x', ['a', 'ż'], 'str'), { outputs: [column('y', ['a', 'ż'], 'np')] }),
  texts('base64 for a model file', text('x', ['YQ==', 'xbw='], 'base64'), { outputs: [column('y', ['a', 'ż'], 'np')] }),
  texts('datetime for a model file', text('x', ['2022-W02-2'], 'datetime'), {
    outputs: [column('y', ['2022-W02-2'], 'np')],
  }),
  texts('a content type that is none', text('x', ['a'], 'image'), { outputs: [column('y', ['a'], 'np')] }),
  texts('an output asked for as str', text('x', ['a']), { ask: 'str', outputs: [column('y', ['a'], 'str')] }),
  texts('an output asked for as base64', text('x', ['a']), {
    ask: 'base64',
    outputs: [column('y', ['YQ=='], 'base64')],
  }),
  texts('an output asked for as what it is not', text('x', ['a']), {
    ask: 'datetime',
    ...refused(/^output 'y': content type 'datetime' does not fit its values of BYTES$/),
  }),
  texts('what is no base64', text('x', ['YQ==', 'no!'], 'base64'), {
    ...refused(/^input 'x': data value 1: expected base64, got 'no!'$/),
  }),
  texts('what is no datetime', text('x', ['soon'], 'datetime'), {
    ...refused(/^input 'x': data value 0: expected a time in ISO 8601, got 'soon'$/),
  }),
  texts(
    'numbers as str',
    numbers('x', [1], [1], 'str'),
    refused(/^input 'x': content type 'str' needs datatype BYTES/),
  ),
  {
    about: 'several tensors as one',
    model: 'texts',
    request: { inputs: [text('x', ['a']), text('z', ['b'])], contentType: 'str' },
    ...refused(/^inputs: the 'str' codec only supports a single input tensor \(2 were received\)$/),
  },

  codecs('np for a class', [numbers('a', [1, 2], [1, 2], 'np')], [numbers('a', [1, 2], [1, 2], 'np')]),
  codecs('str for a class', [text('a', ['x'], 'str')], [column('a', ['x'], 'str')]),
  codecs('raw for a class', [text('a', ['x'], 'raw')], [column('a', ['x'], 'str')]),
  codecs('base64 for a class', [text('a', ['AP8='], 'base64')], [column('a', ['AP8='], 'base64')]),
  codecs(
    'datetime for a class',
    [text('a', ['2022-01-11 11:00'], 'datetime')],
    [column('a', ['2022-01-11T11:00:00+00:00'], 'datetime')],
  ),
  codecs('a request of np', [numbers('a', [2, 1], [1, 2])], [numbers('output-1', [2, 1], [1, 2], 'np')], 'np'),
  codecs('a request of str', [text('a', ['x'])], [column('output-1', ['x'], 'str')], 'str'),
  codecs(
    'a request of pd',
    [numbers('a', [2], [1, 2]), text('b', ['x', 'y']), text('c', ['{"k":1}', '[]'], 'pd_json')],
    [numbers('a', [2, 1], [1, 2]), column('b', ['x', 'y'], 'str'), column('c', ['{"k":1}', '[]'], 'pd_json')],
    'pd',
  ),
];
