import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesColumn, missingText, type Tensor } from '../../src/core/tensor.js';
import { ModelError } from '../../src/model-api/model-error.js';
import { modelRequest } from '../../src/model-api/request.js';
import { typed } from '../../src/model-api/typed.js';

const docs: Tensor = { name: 'docs', datatype: 'BYTES', shape: [2], data: bytesColumn(['a', 'bb']) };
const x: Tensor = { name: 'x', datatype: 'FP64', shape: [2], data: Float64Array.of(1, 2) };
const request = (...inputs: Tensor[]) => modelRequest({ inputs }, [], undefined, new AbortController().signal);
const fails = (status: number, text: RegExp) => (error: unknown) =>
  error instanceof ModelError && error.status === status && text.test(error.message);

describe('typed', () => {
  it('decodes inputs by name and names the outputs by place', async () => {
    const predict = typed({ inputs: { docs: 'str', x: 'np' }, outputs: ['np', 'str'] }, ({ docs, x }) => [
      docs.map((text, i) => text.length * Number(x.data[i])),
      docs,
    ]);
    const { outputs } = await predict(request(x, docs));
    assert.deepEqual(
      outputs.map(({ name, shape, parameters }) => [name, shape, parameters?.content_type]),
      [
        ['output-0', [2, 1], 'np'],
        ['output-1', [2, 1], 'str'],
      ],
    );
    assert.deepEqual(outputs[0].data, Float64Array.of(1, 4));
  });

  it('leaves out optional inputs, and gives `pd` all that are left', async () => {
    const seen: unknown[] = [];
    const predict = typed({ inputs: { x: 'np?', rest: 'pd?' } }, ({ x, rest }) => {
      seen.push(x, rest);
      return 1;
    });
    await predict(request());
    await predict(request(docs));
    assert.deepEqual(seen, [undefined, undefined, undefined, new Map([['docs', ['a', 'bb']]])]);
  });

  it('sends the headers and parameters that the function gives beside its result', async () => {
    const predict = typed({ inputs: {} }, (_values, _request, reply) => {
      reply.headers['x-cost'] = 3;
      reply.parameters.model = 'small';
      return 1;
    });
    assert.deepEqual((await predict(request())).parameters, { model: 'small', headers: { 'x-cost': 3 } });
    assert.deepEqual((await typed({ inputs: {} }, () => 1)(request())).parameters, {});
  });

  it('answers 400 for a text that is missing', async () => {
    const predict = typed({ inputs: { docs: 'str' } }, ({ docs }) => docs);
    const data = bytesColumn(['a', missingText()]);
    await assert.rejects(predict(request({ ...docs, data })), fails(400, /^Input 'docs': value 1 is null\.$/));
  });

  it('answers 400 for inputs that are missing or nobody asked for', async () => {
    const predict = typed({ inputs: { a: 'np', docs: 'str' } }, () => 1);
    await assert.rejects(predict(request(docs)), fails(400, /^Input 'a' is missing\.$/));
    const extra = predict(request(docs, { ...x, name: 'a' }, { ...x, name: 'zz' }));
    await assert.rejects(extra, fails(400, /^Input 'zz' was not found\. Available inputs are 'a', 'docs'\.$/));
  });

  it('answers 500 for results that are not as declared', async () => {
    const two = typed({ inputs: {}, outputs: ['np', 'np'] }, () => [1]);
    await assert.rejects(two(request()), fails(500, /expected a list of 2 outputs, got a list of 1/));
    const text = typed({ inputs: {}, outputs: ['np'] }, () => 'text');
    await assert.rejects(text(request()), fails(500, /output-0/));
  });

  it('runs as a method of the model', async () => {
    const model = {
      factor: 3,
      predict: typed({ inputs: { x: 'np' } }, function (this: unknown, { x }) {
        return Number(x.data[1]) * (this as { factor: number }).factor;
      }),
    };
    assert.deepEqual((await model.predict(request(x))).outputs[0].data, Float64Array.of(6));
  });

  it('says at once when a declaration is none', () => {
    assert.throws(
      () => typed({ inputs: { a: 'image' as 'np' } }, () => 1),
      fails(500, /expected np, str, .* got 'image'/),
    );
  });
});
