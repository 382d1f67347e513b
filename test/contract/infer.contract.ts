import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { suiteLifetime } from '../support/lifetime.js';
import { TestServer } from '../support/server.js';
import { CODEC_CASES, CODEC_MODELS } from './codec-cases.js';
import { FAILURE_CASES, FAILURE_MODELS } from './failure-cases.js';
import {
  FailedCall,
  type InferClient,
  type PlainRequest,
  type PlainTensor,
  type Refusal,
  type Value,
} from './infer-client.js';

/*
 * What a client may count on whatever it speaks. The same cases run over every transport against a real server with real models:
 *   digits     a support vector machine of 64 features (scikit-learn), versions v1, v2 and v10
 *   mushrooms  two trees on 126 features (XGBoost), without versions
 * and those of codec-cases.ts and failure-cases.ts
 */

const MODELS = fileURLToPath(new URL('../../../models/', import.meta.url));
const DIGITS = { implementation: 'mlserver_sklearn.SKLearnModel', uri: `${MODELS}mnist-svm/model.joblib` };
const MUSHROOMS = { implementation: 'mlserver_xgboost.XGBoostModel', uri: `${MODELS}mushroom-xgboost/model.json` };

function settingsOf(name: string, { implementation, uri }: typeof DIGITS, version?: string, others = {}) {
  return { name, implementation, parameters: { uri, version }, ...others };
}

const REPOSITORY = {
  'digits/1/model-settings.json': settingsOf('digits', DIGITS, 'v1'),
  'digits/2/model-settings.json': settingsOf('digits', DIGITS, 'v2'),
  'digits/10/model-settings.json': settingsOf('digits', DIGITS, 'v10'),
  'mushrooms/model-settings.json': settingsOf('mushrooms', MUSHROOMS, undefined, {
    max_batch_size: 16,
    max_batch_time: 0.005,
  }),
  ...CODEC_MODELS,
  ...FAILURE_MODELS,
};

/** Rows as both libraries were asked for the answers below. */
const digits = (rows: number) =>
  Array.from({ length: rows * 64 }, (_, i) => ((i % 64) * 7 + Math.floor(i / 64) * 5) % 17);
const mushrooms = (row: number) => Array.from({ length: 126 }, (_, i) => (i * 3 + row) % 2);
const LABELS = [1, 1, 1];
const POISON = [0.9589000344276428, 0.9532095193862915];

interface Case {
  readonly about: string;
  readonly model: string;
  readonly version?: string;
  readonly request: PlainRequest;
  /** What comes back: outputs with their values (numbers within 1e-5) ... */
  readonly outputs?: readonly PlainTensor[];
  readonly id?: string;
  readonly answeredBy?: string;
  /** ... or a refusal. */
  readonly refused?: Refusal;
  /** Transports that cannot say this. */
  readonly notOver?: readonly string[];
}

const x = (shape: readonly number[], data: readonly Value[], datatype = 'FP64'): PlainTensor => {
  return { name: 'x', shape, datatype, data };
};
const predict = (rows: number): PlainTensor => {
  return { name: 'predict', shape: [rows, 1], datatype: 'INT64', data: LABELS.slice(0, rows) };
};
const digitsCase = (
  about: string,
  inputs: readonly PlainTensor[],
  others: Omit<Case, 'about' | 'model' | 'request'>,
): Case => {
  return { about, model: 'digits', request: { inputs }, ...others };
};
const invalid = (message: RegExp) => ({ refused: { code: 'INVALID_ARGUMENT', message } as const });

const NUMERIC = ['FP32', 'FP64', 'INT8', 'INT16', 'INT32', 'INT64', 'UINT8', 'UINT16', 'UINT32', 'UINT64'];

const CASES: readonly Case[] = [
  ...NUMERIC.map(datatype =>
    digitsCase(`${datatype} rows`, [x([3, 64], digits(3), datatype)], { outputs: [predict(3)], answeredBy: 'v10' }),
  ),
  digitsCase('a size left open', [x([-1, 64], digits(2))], { outputs: [predict(2)] }),
  digitsCase('a version', [x([1, 64], digits(1))], { version: 'v2', outputs: [predict(1)], answeredBy: 'v2' }),
  {
    about: 'an id of any text',
    model: 'digits',
    request: { id: 'żółw\n"1"', inputs: [x([1, 64], digits(1))] },
    outputs: [predict(1)],
    id: 'żółw\n"1"',
  },
  {
    about: 'outputs in the order they were asked for',
    model: 'digits',
    request: { inputs: [x([1, 64], digits(1))], outputs: ['decision_function', 'predict'] },
    outputs: [
      {
        name: 'decision_function',
        shape: [1, 10],
        datatype: 'FP64',
        data: [
          -0.2540772451718376, 9.17588051353498, 5.140296988059179, 1.8777702865430874, 4.101088964153864,
          7.1760797201738376, 0.8170502432791735, 6.113109458088941, 2.9946352846834388, 8.175000112137447,
        ],
      },
      predict(1),
    ],
  },
  {
    about: 'BOOL rows and a model without versions',
    model: 'mushrooms',
    request: { inputs: [x([1, 126], mushrooms(0).map(Boolean), 'BOOL')] },
    outputs: [{ name: 'predict', shape: [1, 1], datatype: 'FP32', data: [POISON[0]] }],
    answeredBy: '',
  },
  {
    about: 'NaN for what is missing',
    model: 'mushrooms',
    request: { inputs: [x([2, 126], [...new Array(126).fill(Number.NaN), ...mushrooms(1)], 'FP32')] },
    outputs: [{ name: 'predict', shape: [2, 1], datatype: 'FP32', data: [POISON[1], POISON[1]] }],
  },

  {
    about: 'an unknown model',
    model: 'nope',
    request: { inputs: [x([1, 1], [1])] },
    refused: { code: 'NOT_FOUND', message: /^Model nope not found$/ },
  },
  {
    about: 'an unknown version',
    model: 'digits',
    version: 'v9',
    request: { inputs: [x([1, 64], digits(1))] },
    refused: { code: 'NOT_FOUND', message: /^Model digits with version v9 not found$/ },
  },
  {
    about: 'an unknown output',
    model: 'digits',
    request: { inputs: [x([1, 64], digits(1))], outputs: ['nope'] },
    ...invalid(/output 'nope'.*'predict'.*\(nope was received\)/),
  },
  {
    about: 'the same output twice',
    model: 'digits',
    request: { inputs: [x([1, 64], digits(1))], outputs: ['predict', 'predict'] },
    ...invalid(/^output 'predict' is there twice$/),
  },
  digitsCase('no inputs', [], invalid(/^inputs: expected one tensor of shape \[-1,64\], got none$/)),
  digitsCase(
    'two inputs of one name',
    [x([1, 64], digits(1)), x([1, 64], digits(1))],
    invalid(/^input 'x' is there twice$/),
  ),
  digitsCase(
    'two inputs for a model of one',
    [x([1, 64], digits(1)), { ...x([1, 64], digits(1)), name: 'y' }],
    invalid(/expected one tensor of shape \[-1,64\], got 2 tensors/),
  ),
  digitsCase(
    'a wrong number of features',
    [x([2, 3], [1, 2, 3, 4, 5, 6])],
    invalid(/^input 'x': expected shape \[-1,64\], got \[2,3\]$/),
  ),
  digitsCase(
    'a row without its rows',
    [x([64], digits(1))],
    invalid(/^input 'x': expected shape \[-1,64\], got \[64\]$/),
  ),
  digitsCase('no rows', [x([0, 64], [])], invalid(/^input 'x': expected at least one row, got shape \[0,64\]$/)),
  digitsCase(
    'fewer values than the shape asks for',
    [x([2, 64], digits(1))],
    invalid(/^input 'x': shape \[2,64\] needs 128 values, got 64$/),
  ),
  digitsCase(
    'a negative size',
    [x([-2, 64], digits(1))],
    invalid(/^input 'x': shape \[-2,64\] must hold whole numbers of 0 or more$/),
  ),
  digitsCase(
    'two open sizes',
    [x([-1, -1], digits(1))],
    invalid(/^input 'x': shape \[-1,-1\] may leave one size open, not more$/),
  ),
  digitsCase(
    'an open size that nothing fits',
    [x([-1, 60], digits(1))],
    invalid(/^input 'x': shape \[-1,60\] cannot hold 64 values$/),
  ),
  digitsCase(
    'a shape beyond all memory',
    [x([2 ** 30, 2 ** 30], [1])],
    invalid(/^input 'x': shape \[1073741824,1073741824\] asks for more than \d+ values$/),
  ),
  digitsCase(
    'NaN for a model that does not understand it',
    [x([1, 64], digits(1).with(5, Number.NaN))],
    invalid(/^input 'x': value 5 is NaN/),
  ),
  digitsCase('texts for numbers', [x([1, 2], ['a', 'b'], 'BYTES')], invalid(/^input 'x': expected /)),
  digitsCase('an unknown datatype', [x([1, 64], digits(1), 'FLOAT')], {
    refused: { code: 'UNPROCESSABLE', message: /datatype: expected one of BOOL, .*FP64, BYTES, got/ },
  }),
  digitsCase('a value beyond its datatype', [x([1, 64], digits(1).with(3, 300), 'INT8')], {
    ...invalid(/^input 'x': data value 3: expected a whole number from -128 to 127 \(INT8\), got 300$/),
    notOver: ['gRPC raw', 'MessagePack'],
  }),
  ...FAILURE_CASES,
  ...CODEC_CASES,
];

/** Runs all cases over one transport. */
export function inferContract(transport: string, connect: (server: TestServer) => InferClient): void {
  describe(`inference over ${transport}`, () => {
    const lifetime = suiteLifetime();
    let client: InferClient;

    before(async () => {
      const server = await TestServer.start(lifetime, { files: REPOSITORY, settings: { debug: false } });
      client = connect(server);
      lifetime.after(() => client.close());
    });

    for (const wanted of CASES) {
      const { about, model, version, request, notOver = [] } = wanted;
      const skip = notOver.includes(transport) && `cannot be said over ${transport}`;
      it(`${wanted.refused === undefined ? 'answers' : 'refuses'} ${about}`, { skip }, async () => {
        const answer = await client.infer(model, version, request);
        if (answer instanceof FailedCall) return answer.check(wanted.refused);
        assert.ok(wanted.refused === undefined, 'answered');
        assert.equal(answer.modelName, model);
        if (wanted.answeredBy !== undefined) assert.equal(answer.modelVersion, wanted.answeredBy);
        if (wanted.id !== undefined) assert.equal(answer.id, wanted.id);
        assert.equal(answer.headers['ce-modelid'], model);
        compare(answer.outputs, wanted.outputs!);
      });
    }

    it('answers many at once, each with its own rows', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, i) => {
          const input = x([1, 126], mushrooms(i), 'FP32');
          return client.infer('mushrooms', undefined, { id: `r${i}`, inputs: [input] });
        }),
      );
      answers.forEach((answer, i) => {
        assert.ok(!(answer instanceof FailedCall));
        assert.equal(answer.id, `r${i}`);
        compare(answer.outputs, [{ name: 'predict', shape: [1, 1], datatype: 'FP32', data: [POISON[i % 2]] }]);
      });
    });

    it('refuses one of many alone', async () => {
      const ask = (data: readonly number[]) =>
        client.infer('mushrooms', undefined, { inputs: [x([1, data.length], data)] });
      const answers = await Promise.all([ask(mushrooms(0)), ask([1, 2, 3]), ask(mushrooms(1))]);
      assert.deepEqual(
        answers.map(answer => answer instanceof FailedCall),
        [false, true, false],
      );
    });
  });
}

function compare(got: readonly PlainTensor[], wanted: readonly PlainTensor[]): void {
  const heads = (tensors: readonly PlainTensor[]) =>
    tensors.map(({ name, datatype, shape }) => ({ name, datatype, shape }));
  assert.deepEqual(heads(got), heads(wanted));
  wanted.forEach(({ name, data, contentType }, t) => {
    assert.equal(got[t].data.length, data.length);
    // Only where the case says one: numbers of models are np throughout.
    if (contentType !== undefined) assert.equal(got[t].contentType, contentType, name);
    data.forEach((value, i) => {
      if (typeof value === 'string') {
        assert.equal(got[t].data[i], value);
        return;
      }
      const difference = Math.abs(Number(got[t].data[i]) - Number(value));
      assert.ok(difference < 1e-5, `${name} ${i}: got ${got[t].data[i]}, expected ${value}`);
    });
  });
}
