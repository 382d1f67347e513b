import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../../src/cli/cli.js';
import { readOnnxModel } from '../../src/formats/onnx-read.js';
import { goldenCase } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fakeHost } from './fake-host.js';

async function convert(t: TestContext, file: string, output = 'model.onnx') {
  const workingDirectory = temporaryFolder(t);
  const host = fakeHost({ workingDirectory });
  const code = await runCli(['convert', file, '-o', output], () => assert.fail('started'), host);
  return { code, stdout: host.output(), stderr: host.errors(), workingDirectory };
}

test('writes one ONNX model, and tells what is in it and what is not', async t => {
  const { code, stdout, stderr, workingDirectory } = await convert(t, goldenCase('sklearn-1.9.1/svc-rbf-proba').path);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^SVC\(kernel='rbf'\): wrote model\.onnx \(\d+ bytes\)\noutputs: predict, decision_function\n/);
  assert.match(stdout, /\nleft out predict_proba: the step 'svc-coupling' has no form in ONNX\n/);
  const { outputs } = readOnnxModel(readFileSync(join(workingDirectory, 'model.onnx')));
  assert.equal(outputs.length, 2);
  assert.deepEqual(readdirSync(workingDirectory), ['model.onnx']);
});

test('writes nothing where that is impossible, and names the step', async t => {
  const neighbours = await convert(t, goldenCase('sklearn-1.5.2/knn-brute').path);
  assert.equal(neighbours.code, 1);
  assert.match(neighbours.stderr, /^error: 'predict' of KNeighbors.* is no single ONNX graph: the step 'nearest'/);
  assert.deepEqual(readdirSync(neighbours.workingDirectory), []);
  const onnx = await convert(t, goldenCase('onnx/logreg-zipmap').path);
  assert.equal(onnx.code, 1);
  assert.match(onnx.stderr, /is an ONNX model already/);
  const nowhere = await convert(t, goldenCase('sklearn-1.9.1/svc-rbf-proba').path, 'no/such/folder/model.onnx');
  assert.equal(nowhere.code, 1);
  assert.match(nowhere.stderr, /model\.onnx cannot be written \(ENOENT\)/);
});

test('exits with 2 without a file or a place to write to', async t => {
  assert.equal((await convert(t, '/nowhere')).code, 2);
  const host = fakeHost();
  assert.equal(await runCli(['convert', 'model.pkl'], () => assert.fail('started'), host), 2);
  assert.match(host.errors(), /^error: required option '-o, --output <PATH>' not specified/);
});
