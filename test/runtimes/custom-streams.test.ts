import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { answerText, CustomModels, firstValue } from '../support/custom-models.js';
import { suiteLifetime } from '../support/lifetime.js';

const life = suiteLifetime();
let models: CustomModels;

before(async () => {
  models = await CustomModels.start(life);
});

describe('custom models that stream', () => {
  const COUNTS = `export const made = []; export class MyModel {
    async *predictStream({ parameters: { failAt, hang }, signal }) {
      try {
        for (let i = 0; i < 3; i++) {
          if (i === failAt) throw new Error('at ' + i);
          if (i === hang) await new Promise(resolve => signal.addEventListener('abort', resolve));
          made.push(i);
          yield { outputs: [{ name: 'i', datatype: 'INT32', shape: [1], data: [i] }] };
        }
      } finally { made.push('end'); }
    }
    predict() { return ${answerText('made')}; } }`;

  async function read(stream: AsyncIterator<unknown>): Promise<unknown[]> {
    const seen: unknown[] = [];
    for (let next = await stream.next(); !next.done; next = await stream.next()) {
      const answer = next.value as Awaited<ReturnType<CustomModels['ask']>>;
      seen.push(answer.ok ? firstValue(answer.outputs) : answer.error.message);
    }
    return seen;
  }

  it('give their answers one by one, a failure last', async () => {
    const model = await models.loaded({ 'counts.mjs': COUNTS }, 'counts.MyModel');
    assert.equal(model.streams, true);
    assert.deepEqual(await read(models.stream({ inputs: [], parameters: {} })), [0, 1, 2]);
    assert.deepEqual(await read(models.stream({ inputs: [], parameters: { failAt: 1 } })), [0, 'at 1']);
  });

  it('make an answer only when somebody wants it, and stop when nobody does', async () => {
    await models.loaded({ 'counts.mjs': COUNTS }, 'counts.MyModel');
    const stream = models.stream({ inputs: [], parameters: {} });
    await stream.next();
    assert.equal(await models.value(), '0');
    await stream.return?.();
    while ((await models.value()) !== '0,end');
    assert.deepEqual(await stream.next(), { done: true, value: undefined });
  });

  it('are told by the signal while they are in the middle of an answer', async () => {
    await models.loaded({ 'counts.mjs': COUNTS }, 'counts.MyModel');
    const stream = models.stream({ inputs: [], parameters: { hang: 1 } });
    await stream.next();
    const second = stream.next();
    await stream.return?.();
    assert.deepEqual(await second, { done: true, value: undefined });
    while (!String(await models.value()).endsWith('end'));
  });

  it('must give an iterable', async () => {
    await models.loaded({ 'no.mjs': `export const MyModel = { predictStream: () => 5 }` }, 'no.MyModel');
    assert.deepEqual(await read(models.stream()), ['predictStream: expected an async iterable of answers, got number']);
    assert.match(String(await models.value()), /has no method predict, only predictStream/);
  });
});
