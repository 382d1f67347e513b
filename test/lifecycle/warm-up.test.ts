import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import type { ModelInterface } from '../../src/core/model-interface.js';
import { checkRequest } from '../../src/dataplane/check-request.js';
import { NO_WARM_UP, warmUp, warmUpWith } from '../../src/lifecycle/warm-up.js';
import { decodeInferRequest } from '../../src/rest/infer-json.js';
import type { ModelSpec } from '../../src/settings/model-spec.js';
import type { BatchAnswer } from '../../src/wire/messages.js';
import { MemoryRepository } from '../support/memory-repository.js';
import { rowsModel, rowsRequest } from '../support/models.js';
import { PuppetPool } from '../support/puppet-pool.js';
import { FREE_MODEL } from '../support/puppet-server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const plan = warmUpWith({ enabled: true, decode: decodeInferRequest, check: checkRequest });
const ROW = { inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 2], data: [3, 4] }] };

function specWith(fields: object, folder = '/models/m'): ModelSpec {
  const repository = new MemoryRepository();
  repository.add({ name: 'm', ...fields });
  return { ...repository.specs[0], folder };
}

const tensors = (inputs: ModelInterface['inputs'], sharing: ModelInterface['sharing'] = 'asked'): ModelInterface => ({
  ...FREE_MODEL,
  inputs,
  sharing,
  rule: { kind: 'tensors', anyShape: [], empty: false },
});

describe('the plan of a warm-up', () => {
  it('is a row of zeros if nobody says anything, and nothing has to come of it', async () => {
    const { batches, required } = await plan(specWith({}), rowsModel(3));
    assert.equal(required, false);
    assert.deepEqual(batches, [
      [{ inputs: [{ name: 'predict', datatype: 'FP64', shape: [1, 3], data: new Float64Array(3) }] }],
    ]);
  });

  it('is nothing where zeros may do something, are not taken, are too many, or where settings say so', async () => {
    const wide = tensors([{ name: 'x', datatype: 'FP32', shape: [-1, 1 << 25] }]);
    const odd = { ...rowsModel(2), inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] } as const] };
    for (const model of [FREE_MODEL, wide, odd]) assert.equal(await plan(specWith({}), model), NO_WARM_UP);
    assert.equal(await plan(specWith({ warm_up: false }), rowsModel(1)), NO_WARM_UP);
    const off = warmUpWith({ enabled: false, decode: decodeInferRequest, check: checkRequest });
    assert.equal(await off(specWith({}), rowsModel(1)), NO_WARM_UP);
    assert.equal((await off(specWith({ warm_up: true }), rowsModel(1))).required, true);
  });

  it('makes a request of the metadata, each datatype its own', async () => {
    const model = tensors([
      { name: 'text', datatype: 'BYTES', shape: [-1] },
      { name: 'image', datatype: 'UINT8', shape: [-1, 2, -1] },
    ]);
    const { batches, runs } = await plan(specWith({ warm_up: { batch_sizes: [1, 3], runs: 2 } }), model);
    assert.deepEqual([batches.map(batch => batch.length), runs], [[1, 3], 2]);
    const [text, image] = batches[0][0].inputs;
    assert.deepEqual(text.shape, [1]);
    assert.deepEqual([image.shape, image.data], [[1, 2, 1], new Uint8Array(2)]);
  });

  it('asks a model that takes no batches for each sample as it is', async () => {
    const model = tensors([{ name: 'x', datatype: 'FP32', shape: [2, 2] }], 'never');
    const { batches } = await plan(specWith({ warm_up: { batch_sizes: [8] } }), model);
    assert.deepEqual(batches[0].length, 1);
    assert.deepEqual(batches[0][0].inputs[0].shape, [2, 2]);
  });

  it('takes samples from the settings and from files in the folder', async t => {
    const two = { inputs: [{ ...ROW.inputs[0], shape: [2, 2], data: [1, 2, 3, 4] }] };
    const folder = temporaryFolder(t, { 'samples/two.json': two });
    const settings = { warm_up: { samples: [ROW, 'samples/two.json'], batch_sizes: [4] } };
    const { batches, required } = await plan(specWith(settings, folder), rowsModel(2));
    assert.equal(required, true);
    assert.deepEqual(
      batches.map(batch => [batch.length, batch[0].inputs[0].data]),
      [
        [4, Float64Array.of(3, 4)],
        [2, Float64Array.of(1, 2, 3, 4)],
      ],
    );
  });

  it('says which sample cannot be used, and why', async t => {
    const folder = temporaryFolder(t, { 'm/bad.json': '{"inputs": [', 'secret.json': ROW });
    const refusal = (sample: unknown, model = rowsModel(2)) =>
      plan(specWith({ warm_up: { samples: [sample] } }, `${folder}/m`), model).then(
        () => assert.fail('it was taken'),
        (error: ServerError) => error.message,
      );
    assert.match(await refusal(ROW, rowsModel(3)), /^warm_up: samples\[0\]: input 'x': expected shape \[-1,3\]/);
    assert.match(await refusal('bad.json'), /^warm_up: bad\.json: .*JSON/);
    assert.match(await refusal('none.json'), /cannot be read \(ENOENT\)$/);
    assert.match(await refusal('../secret.json'), /is no path inside of the folder$/);
    await assert.rejects(plan(specWith({ warm_up: true }), FREE_MODEL), /have no inputs to make a request from/);
  });

  it('refuses settings that are none', () => {
    for (const [written, message] of [
      [{ sample: [] }, /'warm_up\.sample': expected samples, batch_sizes or runs/],
      [{ batch_sizes: [0] }, /'warm_up\.batch_sizes\[0\]': expected an integer from 1/],
      [{ runs: 0 }, /'warm_up\.runs'/],
      [{ samples: [1] }, /'warm_up\.samples\[0\]': expected the name of a file or a V2 request, found 1/],
      ['perhaps', /'warm_up': expected true, false, or an object/],
    ] as const) {
      assert.throws(() => specWith({ warm_up: written }), message);
    }
  });
});

describe('a warm-up', () => {
  let pool: PuppetPool;
  const planned = { batches: [[rowsRequest([1])], [rowsRequest([1]), rowsRequest([2])]], runs: 2, streams: false };

  beforeEach(() => {
    pool = new PuppetPool();
    pool.onFrame = frame => frame.echo();
  });

  it('asks every batch, as often as planned', async () => {
    assert.equal(await warmUp(pool, 0, 'm@#1', { ...planned, required: true }), undefined);
    assert.deepEqual(
      pool.frames.map(({ rows, frame }) => [rows, frame.model]),
      [1, 2, 1, 2].map(rows => [rows, 'm@#1']),
    );
  });

  it('fails where it has to work, and else ends', async () => {
    pool.onFrame = frame => frame.fail('no such layer');
    const failure = await warmUp(pool, 0, 'm@#1', { ...planned, required: true });
    assert.deepEqual(failure, { code: 'INVALID_ARGUMENT', message: 'warm_up: no such layer' });
    assert.equal(await warmUp(pool, 0, 'm@#1', { ...planned, required: false }), undefined);
    assert.equal(pool.frames.length, 2);
  });

  it('reads a stream to its end', async () => {
    const answers: BatchAnswer[] = [];
    let read = 0;
    const answer = (): BatchAnswer | undefined => answers[read++];
    pool.onStream = () => ({
      next: async () => {
        const value = answer();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
    });
    answers.push({ ok: true, outputs: [], inferenceMs: 0 }, { ok: true, outputs: [], inferenceMs: 0 });
    const batches = [planned.batches[0]];
    assert.equal(await warmUp(pool, 0, 'm@#1', { batches, runs: 1, required: true, streams: true }), undefined);
    assert.equal(read, 3);
    answers.push(answers[0], { ok: false, error: { code: 'INTERNAL', message: 'broken' }, inferenceMs: 0 });
    const failure = await warmUp(pool, 0, 'm@#1', { ...planned, required: true, streams: true });
    assert.equal(failure?.message, 'warm_up: broken');
  });

  it('is a lost worker when its worker is lost', async () => {
    pool.onFrame = frame => frame.reject(new ServerError('UNAVAILABLE', 'the worker stopped'));
    await assert.rejects(warmUp(pool, 0, 'm@#1', { ...planned, required: false }), /the worker stopped/);
  });
});
