import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { InferResponse } from '../../src/core/protocol.js';
import { CloudEventHeaders } from '../../src/dataplane/cloud-events.js';
import { answerRecord, failureRecord } from '../../src/kafka/answer-record.js';
import type { InputMessage, KafkaHeaders } from '../../src/kafka/driver.js';
import { headerTexts } from '../../src/kafka/headers.js';
import { readMessage } from '../../src/kafka/request-message.js';
import { readMessageBody, writeMessageBody } from '../../src/rest/message-body.js';

const BODY = '{"id": "own", "inputs": [{"name": "x", "shape": [1], "datatype": "FP32", "data": [1]}]}';
const NO_ID = BODY.replace('"id": "own", ', '');
const MODEL = { 'mlserver-model': Buffer.from('m') };

function message(value: string | null, headers: KafkaHeaders = MODEL, key: Buffer | null = null): InputMessage {
  return { offset: 7, key, value: value === null ? null : Buffer.from(value), headers };
}

const read = (from: InputMessage) =>
  readMessage(from, headerTexts(from.headers), { readBody: readMessageBody, maxBodyBytes: 1000 });

describe('a message that asks', () => {
  it('names model and version in its headers, the last of each', () => {
    const headers = { 'MLServer-Model': [Buffer.from('a'), Buffer.from('b')], 'mlserver-version': Buffer.from('v2') };
    assert.deepEqual(read(message(BODY, headers)).target, { name: 'b', version: 'v2' });
    assert.deepEqual(read(message(BODY)).target, { name: 'm', version: undefined });
  });

  it('has its own id, or else its key, or else one of ours', () => {
    assert.equal(read(message(BODY, MODEL, Buffer.from('key'))).request.id, 'own');
    assert.equal(read(message(NO_ID, MODEL, Buffer.from('key'))).request.id, 'key');
    for (const key of [null, Buffer.from(''), Buffer.from([0xff, 0xfe])]) {
      assert.match(read(message(NO_ID, MODEL, key)).request.id!, /^[0-9a-f-]{36}$/);
    }
  });

  it('may carry binary tensors', () => {
    const json = '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}';
    const headers = {
      ...MODEL,
      'content-type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(json.length),
    };
    const value = Buffer.concat([Buffer.from(json), Buffer.from(new Float32Array([2.5]).buffer)]);
    const [input] = read({ offset: 0, key: null, value, headers }).request.inputs;
    assert.deepEqual([...(input.data as Float32Array)], [2.5]);
  });

  const BAD: readonly [what: string, message: InputMessage, code: string, text: RegExp][] = [
    ['no model', message(BODY, {}), 'UNPROCESSABLE', /'mlserver-model' header not found/],
    [
      'a model that is not text',
      message(BODY, { 'mlserver-model': Buffer.from([0xff]) }),
      'UNPROCESSABLE',
      /not found/,
    ],
    ['another method', message(BODY, { ...MODEL, 'mlserver-method': 'metadata' }), 'INVALID_ARGUMENT', /'metadata'/],
    ['a tombstone', message(null), 'UNPROCESSABLE', /no value/],
    ['nothing', message(''), 'UNPROCESSABLE', /./],
    ['what is no JSON', message('{'), 'UNPROCESSABLE', /./],
    ['a list', message('[]'), 'UNPROCESSABLE', /expected a JSON object/],
    ['too much', message(' '.repeat(1001)), 'PAYLOAD_TOO_LARGE', /1000 bytes/],
    ['another content type', message(BODY, { ...MODEL, 'content-type': 'text/csv' }), 'UNPROCESSABLE', /text\/csv/],
  ];
  for (const [what, bad, code, text] of BAD) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => read(bad),
        (error: ServerError) => error instanceof ServerError && error.code === code && text.test(error.message),
      );
    });
  }

  it('may say that it is an inference', () => {
    assert.equal(read(message(BODY, { ...MODEL, 'mlserver-method': 'infer' })).target.name, 'm');
  });
});

const OPTIONS = {
  topic: 'out',
  deadLetterTopic: 'dead',
  cloudEvents: new CloudEventHeaders('test'),
  writeBody: writeMessageBody,
};
const TRACE = ['traceparent', 'ours'];
const RESPONSE: InferResponse = { id: 'own', modelName: 'm', outputs: [], parameters: { headers: { 'x-model': '1' } } };

describe('an answer', () => {
  const headers = {
    ...MODEL,
    'x-bytes': Buffer.from([1, 0, 2]),
    traceparent: 'theirs',
    'Content-Type': 'application/json',
    'ce-id': 'old',
  };
  const origin = { topic: 'in', partition: 3, message: message(BODY, headers, Buffer.from('key')) };

  it('keeps the key, the headers and the id, beside the headers of CloudEvents and of the model', () => {
    const record = answerRecord(origin, read(origin.message).request, RESPONSE, TRACE, OPTIONS);
    assert.deepEqual([record.topic, record.partition, String(record.key)], ['out', 3, 'key']);
    assert.equal(record.value, '{"model_name":"m","id":"own","parameters":{},"outputs":[]}');
    const {
      'x-bytes': bytes,
      traceparent: trace,
      'Ce-Id': id,
      'x-model': ofModel,
      'content-type': type,
      ...others
    } = record.headers;
    assert.deepEqual([bytes, trace, id], [Buffer.from([1, 0, 2]), 'ours', 'own']);
    assert.deepEqual([ofModel, type], ['1', 'application/json']);
    assert.ok(!('Content-Type' in others) && !('ce-id' in others));
    assert.equal(others['Ce-Modelid'], 'm');
  });

  it('has the id as its key if there was none', () => {
    const keyless = { ...origin, message: message(BODY) };
    assert.equal(answerRecord(keyless, read(keyless.message).request, RESPONSE, TRACE, OPTIONS).key, 'own');
  });

  it('is a dead letter for what cannot be served: the message as it was, and why', () => {
    const record = failureRecord(origin, new ServerError('NOT_FOUND', 'Model m not found'), TRACE, OPTIONS);
    assert.deepEqual([record.topic, String(record.key), String(record.value)], ['dead', 'key', BODY]);
    assert.deepEqual(
      { ...record.headers },
      {
        ...headers,
        'modelyard-error': 'Model m not found',
        'modelyard-status': '404',
        'modelyard-topic': 'in',
        'modelyard-partition': '3',
        'modelyard-offset': '7',
      },
    );
  });

  it('tells the error where dead letters have no topic', () => {
    const error = new ServerError('NOT_FOUND', 'Model m not found');
    const record = failureRecord(origin, error, TRACE, { ...OPTIONS, deadLetterTopic: null });
    assert.deepEqual([record.topic, String(record.key)], ['out', 'key']);
    assert.equal(record.value, '{"error":"Model m not found"}');
    assert.equal(record.headers['modelyard-status'], '404');
    assert.equal(record.headers.traceparent, 'ours');
  });

  it('keeps headers of any name', () => {
    const odd = { ...MODEL, ['__proto__']: 'p', constructor: 'c', toString: ['a', 'b'] } as KafkaHeaders;
    const record = answerRecord(
      { ...origin, message: message(BODY, odd) },
      read(message(BODY)).request,
      RESPONSE,
      [],
      OPTIONS,
    );
    const { __proto__: p, constructor: c, toString: s } = record.headers as Record<string, unknown>;
    assert.deepEqual([p, c, s], ['p', 'c', ['a', 'b']]);
    assert.deepEqual(
      { ...headerTexts(odd) },
      { ...headerTexts(MODEL), ['__proto__']: 'p', constructor: 'c', tostring: 'b' },
    );
  });
});
