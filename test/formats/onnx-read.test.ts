import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { readOnnxModel } from '../../src/formats/onnx-read.js';
import { writeNode } from '../../src/formats/onnx-write.js';
import type { ProtoWriter } from '../../src/formats/proto-writer.js';
import { goldenCase, modelBytes } from '../support/golden.js';
import { maliciousCases } from '../support/malicious.js';
import {
  ELEMENT,
  externalTensor,
  floatTensor,
  identityModel,
  onnxModel,
  type TestModel,
} from '../support/onnx-parts.js';

const PLAIN: TestModel = {
  inputs: [{ name: 'x', type: ELEMENT.FP32, shape: ['n', 2] }],
  outputs: [{ name: 'y', type: ELEMENT.FP32, shape: ['n', 2] }],
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
};

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

describe('readOnnxModel', () => {
  it('tells inputs, outputs, operations and versions', () => {
    const model = readOnnxModel(
      onnxModel({
        inputs: [
          { name: 'x', type: ELEMENT.FP16, shape: ['n', 2, ''] },
          { name: 'anything', type: ELEMENT.BYTES },
          { name: 'list', type: 0 },
          { name: 'constant', type: ELEMENT.FP32, shape: [2] },
        ],
        outputs: [{ name: 'y', type: ELEMENT.BF16, shape: [] }],
        nodes: [
          { op: 'Identity', inputs: ['x'], outputs: ['a'] },
          { op: 'Identity', inputs: ['a'], outputs: ['b'] },
          { op: 'Scaler', domain: 'ai.onnx.ml', inputs: ['b'], outputs: ['y'] },
        ],
        opsets: [
          ['', 17],
          ['ai.onnx.ml', 3],
        ],
        graph: graph => graph.message(5, tensor => floatTensor(tensor, 'constant', [1, 2])),
      }),
    );
    assert.deepEqual(
      model.inputs.map(({ span, ...input }) => input),
      [
        { name: 'x', type: 'tensor(float16)', datatype: 'FP16', shape: ['n', 2, ''] },
        { name: 'anything', type: 'tensor(string)', datatype: 'BYTES', shape: undefined },
        { name: 'list', type: 'sequence', datatype: undefined, shape: undefined },
      ],
    );
    assert.deepEqual(
      model.outputs.map(({ span, ...output }) => output),
      [{ name: 'y', type: 'tensor(bfloat16)', datatype: undefined, shape: [] }],
    );
    assert.deepEqual(
      [...model.operations],
      [
        ['Identity', 2],
        ['ai.onnx.ml.Scaler', 1],
      ],
    );
    assert.deepEqual(
      [...model.opsets],
      [
        ['', 17],
        ['ai.onnx.ml', 3],
      ],
    );
    assert.equal(model.producer, 'test');
    assert.equal(model.irVersion, 8);
  });

  it('reads what skl2onnx writes', () => {
    const model = readOnnxModel(modelBytes(goldenCase('onnx/logreg-zipmap')));
    assert.match(model.producer, /^skl2onnx /);
    assert.deepEqual(
      model.outputs.map(({ name, type }) => [name, type]),
      [
        ['output_label', 'tensor(int64)'],
        ['output_probability', 'sequence'],
      ],
    );
    assert.equal(model.zipMaps.length, 1);
  });

  const attribute = (field: number, write: (body: ProtoWriter) => void) => (graph: ProtoWriter) =>
    graph.message(1, node => {
      node.text(4, 'If');
      node.message(5, body => body.message(field, write));
    });
  const inside = (write: (graph: ProtoWriter) => void) => write;
  const PLACES: Readonly<Record<string, Partial<TestModel>>> = {
    'an initializer': { graph: graph => graph.message(5, externalTensor) },
    'a sparse initializer': { graph: graph => graph.message(15, sparse => sparse.message(2, externalTensor)) },
    'an attribute': { graph: attribute(5, externalTensor) },
    'a list in an attribute': { graph: attribute(10, externalTensor) },
    'a sparse attribute': { graph: attribute(22, sparse => sparse.message(1, externalTensor)) },
    'a graph in an attribute': {
      graph: attribute(
        6,
        inside(graph => graph.message(5, externalTensor)),
      ),
    },
    'a graph in a graph': {
      graph: attribute(
        11,
        attribute(
          6,
          inside(graph => graph.message(5, externalTensor)),
        ),
      ),
    },
    'a function': { model: model => model.message(25, body => attributeOfNode(body)) },
    'training information': {
      model: model => model.message(20, info => info.message(1, graph => graph.message(5, externalTensor))),
    },
    'a second part of the graph': { model: model => model.message(7, graph => graph.message(5, externalTensor)) },
  };
  for (const [place, parts] of Object.entries(PLACES)) {
    it(`refuses data in another file: ${place}`, () => {
      assert.throws(
        () => readOnnxModel(onnxModel({ ...PLAIN, ...parts })),
        refused(/^the data of tensor 'weights' lie in another file \('\.\.\/secret\.bin'\), which is not read/),
      );
    });
  }

  it('refuses what is no ONNX model, saying what it is', () => {
    const files: readonly (readonly [content: string | Uint8Array, message: RegExp])[] = [
      ['', /the file is empty/],
      ['version https://git-lfs.github.com/spec/v1\noid sha256:0', /Git LFS pointer/],
      ['<!DOCTYPE html>', /web page/],
      ['\x18\0\0\0ORTM\0\0', /onnxruntime's own format/],
      ['hello, world', /not an ONNX model/],
      [Uint8Array.of(8, 8), /not an ONNX model: it has no graph/],
    ];
    for (const [content, message] of files)
      assert.throws(() => readOnnxModel(Buffer.from(content as string)), refused(message));
    for (const { file, path } of maliciousCases().filter(({ implementation }) => implementation === 'onnx'))
      assert.throws(() => readOnnxModel(readFileSync(path)), refused(/./), file);
  });

  it('refuses graphs nested too deeply, and names of a megabyte', () => {
    let graph = (body: ProtoWriter) => body.text(2, 'innermost');
    for (let depth = 0; depth < 40; depth++) graph = attribute(6, graph);
    assert.throws(() => readOnnxModel(onnxModel({ ...PLAIN, graph })), refused(/nested more than 30 deep/));
    const nodes = [{ op: 'x'.repeat(1 << 20), inputs: [], outputs: [] }];
    assert.throws(() => readOnnxModel(onnxModel({ ...PLAIN, nodes })), refused(/a name of 1048576 bytes/));
  });

  it('survives every cut and every broken byte', () => {
    const whole = identityModel(ELEMENT.FP32, ['n', 2]);
    const attempt = (bytes: Uint8Array) => {
      try {
        readOnnxModel(bytes);
      } catch (error) {
        assert.ok(error instanceof ServerError, String(error));
      }
    };
    for (let length = 0; length < whole.length; length++) attempt(whole.subarray(0, length));
    for (let i = 0; i < whole.length; i++) {
      for (const bits of [0x01, 0x80, 0xff]) {
        const broken = Uint8Array.from(whole);
        broken[i] ^= bits;
        attempt(broken);
      }
    }
  });
});

function attributeOfNode(body: ProtoWriter): void {
  body.message(7, node => {
    writeNode(node, { op: 'Constant', inputs: [], outputs: ['c'] });
    node.message(5, item => item.message(5, externalTensor));
  });
}
