import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertFile } from '../../../src/convert/convert-file.js';
import { exportPlan } from '../../../src/convert/export/export-plan.js';
import { kindOfFile } from '../../../src/convert/file-kind.js';
import type { ModelPlan } from '../../../src/convert/plan.js';
import { ServerError } from '../../../src/core/errors.js';
import { readOnnxModel } from '../../../src/formats/onnx-read.js';
import { checkExport } from '../../../src/runtimes/check-export.js';
import { fixtureNames, goldenCase, modelBytes } from '../../support/golden.js';

function planOf(name: string): Promise<ModelPlan> {
  const golden = goldenCase(name);
  return convertFile(golden.path, kindOfFile(golden.path, modelBytes(golden)));
}

/** Models of every family that can be one graph. */
const ONE_GRAPH = [
  ...['catboost-1.2.10/lossguide', 'catboost-1.2.10/multiclass', 'catboost-1.2.10/string-labels'],
  ...['lightgbm-3.3.5/missing-nan', 'lightgbm-4.7.0/categorical', 'lightgbm-4.7.0/one-leaf'],
  ...['xgboost-1.7.6/multi-softprob-bst', 'xgboost-1.7.6/rank-ndcg', 'xgboost-2.1.4/classifier-multi'],
  ...['xgboost-3.2.0/categorical', 'xgboost-3.2.0/multilabel', 'xgboost-3.2.0/vector-leaf-softprob'],
  ...['sklearn-1.1.3/logreg-ovr', 'sklearn-1.1.3/tree-multi-output-classifier', 'sklearn-1.3.2/tree-missing-values'],
  ...['sklearn-1.9.1/gradient-boosting-multiclass', 'sklearn-1.9.1/isolation-forest', 'sklearn-1.9.1/mlp-tanh-binary'],
  ...['sklearn-1.9.1/pca', 'sklearn-1.9.1/random-forest-string-labels', 'sklearn-1.9.1/svc-rbf-proba'],
];

describe('exportPlan', () => {
  it('writes graphs that answer as their plans do, and names what stands in the way of all others', async () => {
    const written: string[] = [];
    for (const name of fixtureNames().filter(name => !name.startsWith('onnx/'))) {
      const plan = await planOf(name);
      try {
        const exported = exportPlan(plan);
        assert.equal(exported.outputs[0], plan.outputs[0]);
        await checkExport(plan, exported);
        written.push(name);
      } catch (error) {
        assert.ok(error instanceof ServerError && error.code === 'INVALID_ARGUMENT', `${name}: ${error}`);
        assert.match(
          error.message,
          /no single ONNX graph: the (step '[\w-]+' has no form in ONNX|column '\w+' is text)$/,
        );
      }
    }
    for (const name of ONE_GRAPH) assert.ok(written.includes(name), name);
  });

  it('names the input and the outputs, and gives trees one operation', async () => {
    const exported = exportPlan(await planOf('sklearn-1.9.1/random-forest-string-labels'));
    const { inputs, outputs, operations } = readOnnxModel(exported.model);
    assert.deepEqual(
      inputs.map(({ name, datatype }) => [name, datatype]),
      [['X', 'FP64']],
    );
    assert.deepEqual(
      outputs.map(({ name, datatype }) => [name, datatype]),
      [
        ['predict', 'BYTES'],
        ['predict_proba', 'FP64'],
        ['predict_log_proba', 'FP64'],
      ],
    );
    assert.equal(operations.get('ai.onnx.ml.TreeEnsemble'), 1);
    assert.deepEqual(exported.leftOut, []);
  });

  it('leaves out the outputs that have no form in ONNX, saying why', async () => {
    const { outputs, leftOut } = exportPlan(await planOf('sklearn-1.9.1/svc-rbf-proba'));
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['predict', 'decision_function'],
    );
    assert.deepEqual(leftOut[0], { name: 'predict_proba', reason: "the step 'svc-coupling' has no form in ONNX" });
  });

  it('takes and gives float32 where the model does', async () => {
    const { inputs, outputs } = readOnnxModel(exportPlan(await planOf('xgboost-2.1.4/classifier-multi')).model);
    assert.equal(inputs[0].datatype, 'FP32');
    assert.deepEqual(
      outputs.map(({ datatype }) => datatype),
      ['INT64', 'FP32'],
    );
  });
});
