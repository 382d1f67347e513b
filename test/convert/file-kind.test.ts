import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOfFile } from '../../src/convert/file-kind.js';
import { goldenCase, goldenNames, modelBytes } from '../support/golden.js';

const KINDS = new Map([
  ['mlserver_sklearn.SKLearnModel', 'sklearn'],
  ['mlserver_xgboost.XGBoostModel', 'xgboost'],
  ['mlserver_lightgbm.LightGBMModel', 'lightgbm'],
  ['mlserver_catboost.CatboostModel', 'catboost'],
  ['modelyard.OnnxModel', 'onnx'],
]);

test('tells every golden file by its bytes alone', () => {
  for (const name of goldenNames(/./)) {
    const golden = goldenCase(name);
    assert.equal(kindOfFile('model', modelBytes(golden)), KINDS.get(golden.implementation), name);
  }
});

test('takes the name where the bytes say nothing', () => {
  const noise = Uint8Array.of(0x28, 0x99, 0x13);
  assert.equal(kindOfFile('a.onnx', noise), 'onnx');
  assert.equal(kindOfFile('a.bst', noise), 'xgboost');
  assert.equal(kindOfFile('a.pkl', noise), 'sklearn');
  assert.equal(kindOfFile('a.joblib', new Uint8Array(0)), 'sklearn');
});

test('refuses a text that is of no library', () => {
  const text = Buffer.from('export class Model {}\n');
  assert.throws(() => kindOfFile('model.ts', text), {
    code: 'INVALID_ARGUMENT',
    message: /'model.ts' is a text, of no kind that model files are/,
  });
});
