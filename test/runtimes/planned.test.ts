import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { convertFile } from '../../src/convert/convert-file.js';
import { encodePlan } from '../../src/convert/plan-file.js';
import { bytesColumn, missingText, type Tensor, texts } from '../../src/core/tensor.js';
import { PlannedRuntime } from '../../src/runtimes/planned.js';
import { goldenCase } from '../support/golden.js';
import type { Lifetime } from '../support/lifetime.js';
import { temporaryFolder } from '../support/temporary-folder.js';

async function load(t: Lifetime, name: string): Promise<PlannedRuntime> {
  const plan = await convertFile(goldenCase(name).path, 'sklearn');
  return PlannedRuntime.load(join(temporaryFolder(t, { 'model.plan': encodePlan(plan) }), 'model.plan'));
}

function words(name: string, ...values: (string | null)[]): Tensor {
  const data = bytesColumn(values.map(value => value ?? missingText()));
  return { name, datatype: 'BYTES', shape: [values.length, 1], data };
}

describe('a converted model that answers a frame', () => {
  const inputs: Tensor[] = [
    words('note', null, 'slow'),
    { name: 'visits', datatype: 'INT64', shape: [2], data: BigInt64Array.of(3n, 4n) },
    words('city', 'Paris', 'Atlantis'),
    { name: 'age', datatype: 'FP64', shape: [2], data: Float64Array.of(Number.NaN, 30) },
  ];

  it('has an output per column, marked as MLServer marks them', async t => {
    const runtime = await load(t, 'sklearn-1.9.1/frame-of-columns');
    const { outputs, parameters } = await runtime.predict({ inputs });
    assert.deepEqual(parameters, { content_type: 'pd' });
    const byName = new Map(outputs.map(output => [output.name, output]));
    const note = byName.get('t__note')!;
    assert.deepEqual([note.datatype, note.shape, note.parameters], ['BYTES', [2, 1], { content_type: 'str' }]);
    assert.deepEqual(texts(note.data as ReturnType<typeof bytesColumn>), ['?', 'slow']);
    const paris = byName.get('c__city_Paris')!;
    assert.deepEqual([paris.datatype, paris.shape, paris.parameters], ['FP64', [2, 1], undefined]);
    assert.deepEqual([...(paris.data as Float64Array)], [1, 0]);
    await runtime.unload();
  });

  it('tells the columns it uses', async t => {
    const runtime = await load(t, 'sklearn-1.9.1/frame-of-columns');
    assert.deepEqual(
      runtime.model.inputs.map(({ name, datatype, shape }) => [name, datatype, ...shape]),
      [
        ['age', 'FP64', -1, 1],
        ['city', 'BYTES', -1, 1],
        ['note', 'BYTES', -1, 1],
        ['visits', 'FP64', -1, 1],
      ],
    );
    await runtime.unload();
  });
});

describe('a converted model of text', () => {
  it('takes one tensor of text', async t => {
    const runtime = await load(t, 'sklearn-1.9.1/union-of-texts');
    assert.deepEqual(runtime.model.inputs, [{ name: 'predict', datatype: 'BYTES', shape: [-1] }]);
    const [output] = (await runtime.predict({ inputs: [words('x', 'great', '')] })).outputs;
    assert.equal(output.shape[0], 2);
    assert.ok(Array.from(output.data as Float64Array).some(value => value > 0));
    await runtime.unload();
  });
});

describe('a method whose program cannot be made', () => {
  it('fails every time it is asked for, and leaves the others and the end of the model alone', async () => {
    const shape = [-1, 2];
    const runtime = PlannedRuntime.of({
      about: { library: 'test', libraryVersion: '1', estimator: 'Test()' },
      input: { columns: 2, types: 'number', datatype: 'FP64', missing: true },
      values: [
        { type: 'f64', shape },
        { type: 'f64', shape },
        { type: 'f64', shape },
      ],
      nodes: [
        { kind: 'rows', output: 0 },
        { kind: 'onnx', op: 'Neg', inputs: [0], outputs: [1] },
        { kind: 'onnx', op: 'NoSuchOperation', inputs: [0], outputs: [2] },
      ],
      outputs: [
        { name: 'predict', method: 'predict', value: 1, datatype: 'FP64' },
        { name: 'transform', method: 'transform', value: 2, datatype: 'FP64' },
      ],
      arrays: [],
    });
    const inputs: Tensor[] = [{ name: 'x', datatype: 'FP64', shape: [1, 2], data: Float64Array.of(1, 2) }];
    for (let i = 0; i < 2; i++) {
      await assert.rejects(runtime.predict({ inputs, outputs: [{ name: 'transform' }] }), /NoSuchOperation/);
    }
    const { outputs } = await runtime.predict({ inputs });
    assert.deepEqual([...(outputs[0].data as Float64Array)], [-1, -2]);
    await runtime.unload();
  });
});
