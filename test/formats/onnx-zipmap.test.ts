import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOnnxModel } from '../../src/formats/onnx-read.js';
import { withoutZipMaps } from '../../src/formats/onnx-zipmap.js';
import type { ProtoWriter } from '../../src/formats/proto-writer.js';
import { goldenCase, modelBytes } from '../support/golden.js';
import { ELEMENT, identityModel, onnxModel } from '../support/onnx-parts.js';

/** scores -> dictionaries by these labels; one that is not whole has no labels. */
function zipMap(input: string, output: string, labels: readonly string[] | readonly number[]) {
  return (graph: ProtoWriter) =>
    graph.message(1, node => {
      node.message(5, attribute => {
        attribute.text(1, typeof labels[0] === 'string' ? 'classlabels_strings' : 'classlabels_int64s');
        for (const label of labels) {
          if (typeof label === 'string') attribute.text(9, label);
          else attribute.int(8, label);
        }
      });
      node.text(1, input);
      node.text(2, output);
      node.text(4, 'ZipMap');
      node.text(7, 'ai.onnx.ml');
    });
}

function patched(bytes: Uint8Array) {
  const { bytes: without, classes } = withoutZipMaps(bytes, readOnnxModel(bytes));
  return { model: readOnnxModel(without), classes };
}

describe('withoutZipMaps', () => {
  it('turns dictionaries into a matrix with one column per class', () => {
    const { model, classes } = patched(modelBytes(goldenCase('onnx/logreg-zipmap')));
    const [, probabilities] = model.outputs;
    assert.equal(probabilities.name, 'output_probability');
    assert.equal(probabilities.type, 'tensor(float)');
    assert.deepEqual(probabilities.shape, ['rows', 3]);
    assert.deepEqual([...classes], [['output_probability', [0, 1, 2]]]);
    assert.equal(model.zipMaps.length, 0);
    assert.equal(model.operations.get('Identity'), 1);
  });

  it('takes several of them, labels of both kinds, and models without operations of ONNX itself', () => {
    const bytes = onnxModel({
      inputs: [{ name: 'x', type: ELEMENT.FP32, shape: ['n', 2] }],
      outputs: [
        { name: 'a', type: 0 },
        { name: 'b', type: 0 },
      ],
      opsets: [['ai.onnx.ml', 3]],
      graph: graph => {
        zipMap('x', 'a', ['no', 'yes'])(graph);
        zipMap('x', 'b', [-1, 1])(graph);
      },
    });
    const { model, classes } = patched(bytes);
    assert.deepEqual(Object.fromEntries(classes), { a: ['no', 'yes'], b: [-1, 1] });
    assert.deepEqual(
      model.outputs.map(({ type }) => type),
      ['tensor(float)', 'tensor(float)'],
    );
    assert.equal(model.opsets.has(''), true);
  });

  it('leaves other models as they are, and refuses a ZipMap without labels', () => {
    const bytes = identityModel(ELEMENT.FP32, ['n', 2]);
    assert.equal(withoutZipMaps(bytes, readOnnxModel(bytes)).bytes, bytes);
    const unlabelled = onnxModel({
      inputs: [{ name: 'x', type: ELEMENT.FP32, shape: ['n', 2] }],
      outputs: [{ name: 'z', type: 0 }],
      graph: zipMap('x', 'z', []),
    });
    assert.throws(() => patched(unlabelled), /the ZipMap 'z' has no class labels/);
  });
});
