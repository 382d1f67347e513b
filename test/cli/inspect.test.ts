import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../../src/cli/cli.js';
import { FIXTURES } from '../support/fixtures.js';
import { goldenCase } from '../support/golden.js';
import { maliciousCases } from '../support/malicious.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

async function inspect(file: string, ...options: string[]) {
  const host = fakeHost();
  const code = await runCli(['inspect', file, ...options], () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors() };
}

const malicious = (name: string) => maliciousCases().find(({ file }) => file === name)!.path;

test('tells what a scikit-learn file holds, what it takes and gives, and that it can be served', async () => {
  const { path } = goldenCase('sklearn-1.3.2/column-transformer-frame');
  const { code, stdout, stderr } = await inspect(path);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^file {8}.*model\.joblib \(\d+ bytes\)\nformat {6}joblib\n/);
  assert.match(stdout, /\nlibrary {5}scikit-learn 1\.3\.2\nmodel {7}Pipeline\(ColumnTransformer\(/);
  assert.match(stdout, /\n {8}scale: sklearn\.preprocessing\._data\.StandardScaler\(.*with_mean=True/);
  assert.match(stdout, /\ninputs {6}age FP64 \[-1,1\]\n {12}income FP64/);
  assert.match(stdout, /\noutputs {5}predict INT64 \[-1,1\]\n {12}predict_proba FP64 \[-1,2\]/);
  assert.match(stdout, /\nnames {7}\d+ classes and functions, all on the allow-list\n/);
  assert.match(stdout, /\nserved by {3}mlserver_sklearn\.SKLearnModel\n$/);
});

test('tells containers, boosters, ONNX models and folders of MLflow', async () => {
  const packed = await inspect(goldenCase('sklearn-1.9.1/container-joblib-xz').path);
  assert.match(packed.stdout, /format {6}joblib, packed with xz\n/);
  const booster = await inspect(goldenCase('xgboost-3.2.0/categorical').path);
  assert.match(booster.stdout, /format {6}XGBoost\nlibrary {5}xgboost 3\.2\.0\n[\s\S]*served by {3}mlserver_xgboost/);
  const onnx = await inspect(goldenCase('onnx/logreg-zipmap').path);
  assert.match(onnx.stdout, /operations {2}ai\.onnx\.ml\.LinearClassifier, .*ai\.onnx\.ml\.ZipMap\n/);
  assert.match(onnx.stdout, /output_probability FP32 \[-1,3\]\nserved by {3}modelyard\.OnnxModel\n$/);
  const mlflow = await inspect(join(FIXTURES, 'mlflow/sklearn-frame'));
  assert.match(
    mlflow.stdout,
    /inputs {6}sepal length FP64 \[-1,1\]\n[\s\S]*served by {3}mlserver_mlflow\.MLflowRuntime\n$/,
  );
  assert.deepEqual(
    [packed, booster, onnx, mlflow].map(({ code }) => code),
    [0, 0, 0, 0],
  );
});

test('names what a hostile file would call, and why it is not served', async () => {
  const { code, stdout } = await inspect(malicious('os-system-protocol-0.pkl'));
  assert.equal(code, 1);
  assert.match(stdout, /names {7}1 class or function, NOT on the allow-list: os\.system\n/);
  assert.match(stdout, /not served {2}.*os\.system is not allowed/);
  const external = await inspect(malicious('onnx-external-path.onnx'));
  assert.equal(external.code, 1);
  assert.match(external.stdout, /not served {2}the data of tensor .* lie in another file/);
});

test('--json prints all of it as data', async () => {
  const { code, stdout } = await inspect(goldenCase('sklearn-1.9.1/svc-rbf-proba').path, '--json');
  assert.equal(code, 0);
  const found = JSON.parse(stdout);
  assert.equal(found.servable, true);
  assert.equal(found.tree.className, 'sklearn.svm._classes.SVC');
  assert.equal(found.tree.parameters.kernel, "'rbf'");
  assert.deepEqual(found.inputs, [{ name: 'predict', datatype: 'FP64', shape: [-1, 4] }]);
  assert.ok(found.globals.every((named: { allowed: boolean }) => named.allowed));
  const bad = await inspect(malicious('os-system-protocol-0.pkl'), '--json');
  assert.equal(bad.code, 1);
  assert.deepEqual(JSON.parse(bad.stdout).globals, [{ module: 'os', name: 'system', allowed: false }]);
});

test('prints nothing that a terminal would obey', async t => {
  const folder = temporaryFolder(t, { 'a.pkl': 'cos\n\x1b[2Jsystem\n.' });
  const { stdout } = await inspect(join(folder, 'a.pkl'));
  assert.ok(!stdout.includes('\x1b'));
  assert.match(stdout, /os\.\\u001b\[2Jsystem/);
});

test('exits with 2 when there is no such file', async t => {
  assert.deepEqual(await inspect('/nowhere/model.pkl'), {
    code: 2,
    stdout: '',
    stderr: "error: FILE '/nowhere/model.pkl' cannot be read (ENOENT)\n",
  });
  const folder = temporaryFolder(t);
  const { code, stderr } = await inspect(folder);
  assert.equal(code, 2);
  assert.match(stderr, /expected a file, or a folder with an MLmodel/);
});
