import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implementationOf, wellKnownFiles } from '../../src/settings/implementations.js';

const known: [importPath: string, kind: string, files: string[]][] = [
  ['mlserver_sklearn.SKLearnModel', 'sklearn', ['model.joblib', 'model.pickle', 'model.pkl', 'model.skops']],
  ['mlserver_xgboost.XGBoostModel', 'xgboost', ['model.bst', 'model.json', 'model.ubj']],
  ['mlserver_lightgbm.LightGBMModel', 'lightgbm', ['model.bst', 'model.txt', 'model.lgb']],
  ['mlserver_catboost.CatboostModel', 'catboost', ['model.cbm', 'model.bin', 'model.json']],
  ['mlserver_mlflow.MLflowRuntime', 'mlflow', []],
  ['modelyard.OnnxModel', 'onnx', ['model.onnx']],
];

for (const [importPath, kind, files] of known) {
  test(`${importPath} is our ${kind} runtime`, () => {
    const implementation = implementationOf(importPath);
    assert.deepEqual(implementation, { kind });
    assert.deepEqual(implementation && wellKnownFiles(implementation), files);
  });
}

test('any other import path names a class in a module', () => {
  const custom = (module: string, className: string) => ({ kind: 'custom', module, className });
  assert.deepEqual(implementationOf('my_model.MyModel'), custom('my_model', 'MyModel'));
  assert.deepEqual(implementationOf('pkg.sub-module.Model'), custom('pkg.sub-module', 'Model'));
  assert.deepEqual(implementationOf('mlserver_mine.Model'), custom('mlserver_mine', 'Model'));
  assert.deepEqual(wellKnownFiles({ kind: 'custom', module: 'a', className: 'B' }), []);
});

test("a runtime of MLServer's that is not served is no class of the user's", () => {
  for (const path of [
    'mlserver_huggingface.HuggingFaceRuntime',
    'mlserver_alibi_explain.AlibiExplainRuntime',
    'mlserver.MLModel',
  ]) {
    assert.equal(implementationOf(path), undefined, path);
  }
  assert.equal(implementationOf('mlserver_sklearn.SklearnModel'), undefined);
  assert.equal(implementationOf('modelyard.ONNXModel'), undefined);
});

test('what is no import path names nothing', () => {
  for (const text of ['', 'Model', '.Model', 'a.', 'a..B', '../a.B', 'a/b.C', 'a.B C', 'a.B\n', 'a.\0B', '__proto__']) {
    assert.equal(implementationOf(text), undefined, JSON.stringify(text));
  }
});
