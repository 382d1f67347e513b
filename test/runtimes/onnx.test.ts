import assert from 'node:assert/strict';
import { chdir, cwd } from 'node:process';
import { describe, it, type TestContext } from 'node:test';
import { type Datatype, type NumericDatatype, newArray } from '../../src/core/datatype.js';
import { ServerError } from '../../src/core/errors.js';
import type { InferRequest } from '../../src/core/protocol.js';
import { bytesColumn, isBytes, type Tensor, type TensorData, texts } from '../../src/core/tensor.js';
import { OnnxRuntime } from '../../src/runtimes/onnx.js';
import { goldenCase, goldenNames, isClose } from '../support/golden.js';
import { maliciousCases } from '../support/malicious.js';
import {
  ELEMENT,
  floatTensor,
  identityModel,
  onnxModel,
  type TestModel,
  type TestValue,
} from '../support/onnx-parts.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

async function load(t: TestContext, model: TestModel | Uint8Array, options = {}): Promise<OnnxRuntime> {
  const bytes = model instanceof Uint8Array ? model : onnxModel(model);
  const runtime = await OnnxRuntime.load(`${temporaryFolder(t, { 'model.onnx': bytes })}/model.onnx`, options);
  t.after(() => runtime.unload());
  return runtime;
}

function floats(name: string, shape: readonly number[], data: readonly number[]): Tensor {
  return { name, datatype: 'FP32', shape, data: Float32Array.from(data) };
}

/** Sum and product of two vectors that may have different lengths. */
const TWO: TestModel = {
  inputs: [
    { name: 'a', type: ELEMENT.FP32, shape: ['n', 'k'] },
    { name: 'b', type: ELEMENT.FP32, shape: ['k', 'm'] },
  ],
  outputs: [
    { name: 'product', type: ELEMENT.FP32, shape: ['n', 'm'] },
    { name: 'double', type: ELEMENT.FP32, shape: ['n', 'k'] },
  ],
  nodes: [
    { op: 'MatMul', inputs: ['a', 'b'], outputs: ['product'] },
    { op: 'Add', inputs: ['a', 'a'], outputs: ['double'] },
  ],
};

describe('OnnxRuntime', () => {
  for (const datatype of Object.keys(ELEMENT).filter(name => name !== 'BF16') as Datatype[]) {
    it(`carries ${datatype}`, async t => {
      const runtime = await load(t, identityModel(ELEMENT[datatype], ['n', 2]));
      assert.deepEqual(runtime.model.inputs, [{ name: 'x', datatype, shape: [-1, 2] }]);
      const data: TensorData = datatype === 'BYTES' ? bytesColumn(['', 'jaźń 😀', 'a\nb', 'c']) : extremes(datatype);
      const { outputs } = await runtime.predict({ inputs: [{ name: 'x', datatype, shape: [2, 2], data }] });
      const [output] = outputs;
      assert.deepEqual([output.name, output.datatype, output.shape], ['y', datatype, [2, 2]]);
      if (isBytes(output.data)) assert.deepEqual(texts(output.data), ['', 'jaźń 😀', 'a\nb', 'c']);
      else assert.deepEqual(output.data, data);
      assert.notEqual((output.data as Uint8Array).buffer ?? output.data, (data as Uint8Array).buffer ?? data);
    });
  }

  it('tells what the file says: names, datatypes, shapes, where it came from', async t => {
    const { model } = await load(t, TWO);
    assert.deepEqual(model.inputs, [
      { name: 'a', datatype: 'FP32', shape: [-1, -1] },
      { name: 'b', datatype: 'FP32', shape: [-1, -1] },
    ]);
    assert.deepEqual(
      model.outputs.map(({ name, shape }) => [name, shape]),
      [
        ['product', [-1, -1]],
        ['double', [-1, -1]],
      ],
    );
    assert.equal(model.platform, 'onnxruntime_onnx');
    assert.deepEqual(model.parameters, { library: 'onnx', producer: 'test', ir_version: 8, opsets: ['ai.onnx 17'] });
  });

  it('computes the outputs that are asked for, in that order', async t => {
    const runtime = await load(t, TWO);
    const inputs = [floats('b', [2, 1], [3, 4]), floats('a', [1, 2], [1, 2])];
    const answer = async (names?: string[]) => {
      const outputs = names?.map(name => ({ name }));
      return (await runtime.predict({ inputs, outputs })).outputs.map(({ name, data }) => [
        name,
        [...(data as Float32Array)],
      ]);
    };
    assert.deepEqual(await answer(), [
      ['product', [11]],
      ['double', [2, 4]],
    ]);
    assert.deepEqual(await answer(['double']), [['double', [2, 4]]]);
    assert.deepEqual(await answer(['double', 'product', 'double']), [
      ['double', [2, 4]],
      ['product', [11]],
      ['double', [2, 4]],
    ]);
  });

  it('shows a list of n as a column, takes one input by any name, and models without inputs', async t => {
    const vector = await load(t, identityModel(ELEMENT.FP32, ['n']));
    assert.deepEqual(vector.model.outputs[0].shape, [-1, 1]);
    const { outputs } = await vector.predict({ inputs: [floats('whatever', [3], [1, 2, 3])] });
    assert.deepEqual(outputs[0].shape, [3, 1]);
    const constant = await load(t, {
      inputs: [],
      outputs: [{ name: 'c', type: ELEMENT.FP32, shape: [2] }],
      graph: graph => graph.message(5, tensor => floatTensor(tensor, 'c', [5, 6])),
    });
    const [first] = (await constant.predict({ inputs: [] })).outputs;
    (first.data as Float32Array).fill(0);
    const [second] = (await constant.predict({ inputs: [] })).outputs;
    assert.deepEqual([...(second.data as Float32Array)], [5, 6]);
  });

  it('lets requests share a batch only where every tensor has free rows', async t => {
    const sharing = async (inputs: readonly TestValue[], outputs = inputs) => {
      const nodes = inputs.map((input, i) => ({ op: 'Identity', inputs: [input.name], outputs: [`y${i}`] }));
      const named = outputs.map((output, i) => ({ ...output, name: `y${i}` }));
      return (await load(t, { inputs, outputs: named, nodes })).model.sharing;
    };
    const free = { name: 'a', type: ELEMENT.FP32, shape: ['n', 2] };
    assert.equal(await sharing([free, { ...free, name: 'b' }]), 'asked');
    assert.equal(await sharing([free, { ...free, name: 'b', shape: [1, 2] }]), 'never');
    assert.equal(await sharing([{ ...free, shape: [] }]), 'never');
    assert.equal(await sharing([{ ...free, shape: undefined }]), 'never');
  });

  it('takes any shape where the model declares none', async t => {
    const runtime = await load(t, identityModel(ELEMENT.FP32, undefined));
    assert.deepEqual(runtime.model.rule, { kind: 'tensors', anyShape: ['x'], empty: false });
    const { outputs } = await runtime.predict({ inputs: [floats('x', [1, 2, 1], [1, 2])] });
    assert.deepEqual(outputs[0].shape, [1, 2, 1]);
  });

  it('serves the tensors of a model that has other outputs too, and fixes dimensions on request', async t => {
    const model: TestModel = {
      inputs: [{ name: 'x', type: ELEMENT.FP32, shape: ['n', 2] }],
      outputs: [
        { name: 'list', type: 0 },
        { name: 'y', type: ELEMENT.FP32, shape: ['n', 2] },
      ],
      nodes: [
        { op: 'SplitToSequence', inputs: ['x'], outputs: ['list'] },
        { op: 'Identity', inputs: ['x'], outputs: ['y'] },
      ],
    };
    const runtime = await load(t, model, { freeDimensions: { n: 3 }, allowEmptyInputs: true });
    assert.deepEqual(runtime.model.methods, ['y']);
    assert.deepEqual(runtime.model.inputs[0].shape, [3, 2]);
    assert.deepEqual(runtime.model.rule, { kind: 'tensors', anyShape: [], empty: true });
    const onlyList = { ...model, outputs: model.outputs.slice(0, 1), nodes: model.nodes!.slice(0, 1) };
    await assert.rejects(load(t, onlyList), refused(/none of its outputs is a tensor/));
  });

  it('answers a bad request with the reason, without paths of the library', async t => {
    const product = await load(t, TWO);
    await assert.rejects(
      product.predict({ inputs: [floats('a', [1, 2], [1, 2]), floats('b', [1, 1], [1])] }),
      refused(/^onnxruntime refused the request: MatMul node: Compute MatMul dimension mismatch$/),
    );
    const reshape = await load(t, {
      inputs: [
        { name: 'x', type: ELEMENT.FP32, shape: ['n'] },
        { name: 'shape', type: ELEMENT.INT64, shape: [2] },
      ],
      outputs: [{ name: 'y', type: ELEMENT.FP32, shape: ['a', 'b'] }],
      nodes: [{ op: 'Reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
    });
    const shape: Tensor = { name: 'shape', datatype: 'INT64', shape: [2], data: BigInt64Array.of(-1n, 3n) };
    await assert.rejects(
      reshape.predict({ inputs: [floats('x', [2], [1, 2]), shape] }),
      refused(/^onnxruntime refused the request: Reshape node: The input tensor cannot be reshaped/),
    );
    const text = await load(t, identityModel(ELEMENT.BYTES, ['n']));
    const request = (...elements: (string | Uint8Array)[]): InferRequest => ({
      inputs: [{ name: 'x', datatype: 'BYTES', shape: [elements.length], data: bytesColumn(elements) }],
    });
    await assert.rejects(text.predict(request('a', 'b\0')), refused(/^input 'x': element 1 has a NUL/));
    await assert.rejects(text.predict(request(Uint8Array.of(0xff))), refused(/^input 'x': element 0 is not UTF-8/));
  });

  it('refuses a model it cannot run, by name', async t => {
    const node = { op: 'NoSuchOperation', inputs: ['a'], outputs: ['product'] };
    await assert.rejects(
      load(t, { ...TWO, outputs: TWO.outputs.slice(0, 1), nodes: [node] }),
      refused(/model\.onnx: onnxruntime cannot load it: .*NoSuchOperation/),
    );
    await assert.rejects(load(t, identityModel(ELEMENT.BF16, ['n'])), refused(/input 'x' is a tensor\(bfloat16\)/));
    await assert.rejects(load(t, identityModel(0, undefined)), refused(/input 'x' is a sequence/));
    await assert.rejects(OnnxRuntime.load(temporaryFolder(t)), refused(/cannot be read \(EISDIR\)/));
    const file = `${temporaryFolder(t, { 'm.onnx': identityModel(ELEMENT.FP32, ['n']) })}/m.onnx`;
    await assert.rejects(OnnxRuntime.load(file, {}, 'another hash'), { code: 'ABORTED' });
    await assert.rejects(OnnxRuntime.load('/nowhere/model.onnx'), refused(/cannot be read \(ENOENT\)/));
    for (const { file, path } of maliciousCases().filter(({ implementation }) => implementation === 'onnx'))
      await assert.rejects(OnnxRuntime.load(path), refused(/./), file);
  });

  it('finds no file in the working directory', async t => {
    const model = maliciousCases().find(({ file }) => file === 'onnx-external-path.onnx')!;
    const before = cwd();
    chdir(temporaryFolder(t, { 'a/b.txt': '' }));
    t.after(() => chdir(before));
    await assert.rejects(OnnxRuntime.load(model.path), refused(/another file/));
  });
});

describe('golden ONNX models', () => {
  for (const name of goldenNames(/^onnx\//)) {
    it(name, async t => {
      const golden = goldenCase(name);
      const runtime = await OnnxRuntime.load(golden.path);
      t.after(() => runtime.unload());
      const [{ input, outputs, tolerance }] = golden.questions;
      assert.ok('shape' in input);
      const answer = await runtime.predict({ inputs: [floats('x', input.shape, input.data as number[])] });
      assert.deepEqual(
        answer.outputs.map(output => output.name),
        Object.keys(outputs),
      );
      for (const { name, datatype, shape, data } of answer.outputs) {
        const wanted = outputs[name];
        assert.ok('shape' in wanted);
        assert.equal(datatype, wanted.datatype);
        assert.deepEqual(shape, wanted.shape.length === 1 ? [...wanted.shape, 1] : wanted.shape);
        const got = isBytes(data) ? texts(data) : Array.from(data as Float32Array, Number);
        for (const [i, value] of wanted.data.entries())
          assert.ok(isClose(got[i], value, tolerance[name]), `${name} ${i}: ${got[i]}, expected ${value}`);
      }
    });
  }
});

/** Four numbers with the smallest and the largest bit patterns. */
function extremes(datatype: Exclude<Datatype, 'BYTES'>): TensorData {
  const data = newArray(datatype satisfies NumericDatatype, 4);
  if (datatype === 'BOOL') data.set([0, 1, 1, 0] as never);
  else {
    const bytes = new Uint8Array(data.buffer);
    bytes.forEach((_, i) => {
      bytes[i] = i % 7 === 3 ? 0x80 : i * 31;
    });
  }
  return data;
}
