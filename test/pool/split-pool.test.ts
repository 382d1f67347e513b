import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { mergeRequests } from '../../src/batching/batch.js';
import { InlinePool } from '../../src/pool/inline-pool.js';
import { SplitPool } from '../../src/pool/split-pool.js';
import type { BatchAnswer, LoadAnswer, ReplicaSpec } from '../../src/wire/messages.js';
import { rowsModel } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';

const OK: BatchAnswer = { ok: true, outputs: [], inferenceMs: 0 };
const spec = (key: string, inFront?: boolean): ReplicaSpec => ({
  key,
  name: key,
  inFront,
  runtime: { kind: 'plan', file: '' },
});
const frame = (key: string) => mergeRequests(key, [{ inputs: [] }]);

describe('SplitPool', () => {
  let threads: PuppetPool;
  let calls: string[];
  let loads: LoadAnswer;
  let pool: SplitPool;

  beforeEach(() => {
    threads = new PuppetPool();
    calls = [];
    loads = { ok: true, model: rowsModel(1) };
    const called = <T>(call: string, answer: T): T => {
      calls.push(call);
      return answer;
    };
    const front = new InlinePool({
      infer: async () => called('infer', OK),
      async *stream(): AsyncGenerator<BatchAnswer, undefined> {
        yield called('stream', OK);
      },
      load: async ({ key }) => called(`load ${key}`, loads),
      unload: async key => called(`unload ${key}`, { ok: true }),
    });
    pool = new SplitPool(threads, front);
  });

  it('loads a model of the front once, whatever workers there are, and all others into each', async () => {
    for (const worker of [0, 1]) {
      assert.deepEqual(await pool.load(worker, spec('f', true)), loads);
      await pool.load(worker, spec('t'));
    }
    assert.deepEqual(calls, ['load f']);
    assert.deepEqual(
      threads.loads.map(({ worker, spec: { key } }) => `${worker} ${key}`),
      ['0 t', '1 t'],
    );
  });

  it('gives frames to where their model is', async () => {
    await pool.load(0, spec('f', true));
    assert.equal(await pool.infer(1, frame('f')), OK);
    assert.deepEqual(await pool.stream(1, frame('f')).next(), { done: false, value: OK });
    const asked = pool.infer(1, frame('t'));
    assert.deepEqual(calls, ['load f', 'infer', 'stream']);
    threads.frames[0].answer(OK);
    assert.deepEqual([threads.frames[0].worker, await asked], [1, OK]);
  });

  it('unloads once, and loads again after that', async () => {
    loads = { ok: false, error: { code: 'INTERNAL', message: 'no' } };
    assert.equal((await pool.load(0, spec('f', true))).ok, false);
    await Promise.all([pool.unload(0, 'f'), pool.unload(1, 'f')]);
    loads = { ok: true, model: rowsModel(1) };
    assert.equal((await pool.load(0, spec('f', true))).ok, true);
    assert.deepEqual(calls, ['load f', 'unload f', 'load f']);
  });
});
