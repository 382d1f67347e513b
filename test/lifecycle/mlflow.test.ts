import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ServerError } from '../../src/core/errors.js';
import { readMlflowFolder } from '../../src/lifecycle/mlflow.js';
import { FIXTURES, fixture } from '../support/fixtures.js';
import { TestServer } from '../support/server.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const FOLDERS = {
  'sklearn-frame': 'model.pkl',
  'sklearn-columns': 'model.pkl',
  'sklearn-tensor': 'model.skops',
  'sklearn-proba': 'model.pkl',
  xgboost: 'model.ubj',
  lightgbm: 'model.lgb',
  catboost: 'model.cb',
  onnx: 'model.onnx',
} as const;
type Folder = keyof typeof FOLDERS;

/** A folder of MLflow under settings that say no more than what it is. */
function mlflowFiles(name: Folder, more: object = {}): Record<string, unknown> {
  const settings = { name, implementation: 'mlserver_mlflow.MLflowRuntime', ...more };
  const files = ['MLmodel', FOLDERS[name]].map(file => [`${name}/${file}`, fixture(`mlflow/${name}/${file}`)] as const);
  return { [`${name}/model-settings.json`]: settings, ...Object.fromEntries(files) };
}

interface Answers {
  readonly rows: readonly (readonly number[])[];
  readonly answers: Readonly<Record<string, readonly (number | readonly number[])[]>>;
}

const answersOf = (name: Folder): Answers =>
  JSON.parse(new TextDecoder().decode(fixture(`mlflow/${name}/answers.json`)));

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof ServerError && error.code === 'INVALID_ARGUMENT' && message.test(error.message);

describe('models of MLflow', () => {
  const names = Object.keys(FOLDERS) as Folder[];
  const files = Object.assign({}, ...names.map(name => mlflowFiles(name)));

  it('answer what mlflow.pyfunc answers, one array or named columns alike', async t => {
    const server = await TestServer.start(t, { files });
    for (const name of names) {
      const { rows, answers } = answersOf(name);
      const datatype = name === 'onnx' ? 'FP32' : 'FP64';
      const array = [{ name: 'x', datatype, shape: [rows.length, 4], data: rows.flat() }];
      const columns = ['petal width', 'sepal length', 'petal length', 'sepal width'].map(column => {
        const at = ['sepal length', 'sepal width', 'petal length', 'petal width'].indexOf(column);
        return { name: column, datatype, shape: [rows.length, 1], data: rows.map(row => row[at]) };
      });
      const framed = ['sklearn-frame', 'sklearn-columns', 'xgboost'].includes(name);
      for (const inputs of framed ? [array, columns] : [array]) {
        const { status, text } = await server.infer(name, { inputs });
        assert.equal(status, 200, text);
        const { outputs } = JSON.parse(text);
        assert.deepEqual(
          outputs.map((output: { name: string }) => output.name),
          Object.keys(answers),
          name,
        );
        for (const { name: output, data } of outputs) {
          const wanted = answers[output].flat();
          assert.equal(data.length, wanted.length);
          for (const [i, value] of wanted.entries())
            assert.ok(Math.abs(data[i] - value) < 1e-6, `${name} ${output} ${i}: ${data[i]}, expected ${value}`);
        }
      }
    }
  });

  it('show their signature, and answer by the names it has', async t => {
    const server = await TestServer.start(t, { files });
    const metadata = async (name: Folder) => JSON.parse((await server.get(`/v2/models/${name}`)).text);
    const frame = await metadata('sklearn-frame');
    assert.equal(frame.parameters.content_type, 'pd');
    assert.deepEqual(frame.inputs[1], {
      name: 'sepal width',
      datatype: 'FP64',
      shape: [-1, 1],
      parameters: { content_type: 'np' },
    });
    assert.deepEqual(
      frame.outputs.map(({ name, datatype, shape }: { name: string; datatype: string; shape: number[] }) => [
        name,
        datatype,
        shape,
      ]),
      [['output-0', 'INT64', [-1]]],
    );
    assert.equal((await metadata('sklearn-tensor')).parameters.content_type, 'np');
    const onnx = await metadata('onnx');
    assert.equal(onnx.parameters.content_type, 'dict');
    assert.deepEqual(onnx.inputs[0].shape, [-1, 4]);

    const { rows } = answersOf('sklearn-frame');
    const ask = async (...outputs: string[]) => {
      const inputs = [{ name: 'x', datatype: 'FP64', shape: [1, 4], data: rows[0] }];
      const answer = await server.infer('sklearn-frame', { inputs, outputs: outputs.map(name => ({ name })) });
      return answer.status === 200 ? JSON.parse(answer.text).outputs.map((o: { name: string }) => o.name) : answer.text;
    };
    assert.deepEqual(await ask('output-0', 'predict_proba', 'predict', 'output-1'), [
      'output-0',
      'predict_proba',
      'predict',
      'output-1',
    ]);
    assert.match(await ask('transform'), /output 'transform'/);
  });
});

describe('readMlflowFolder', () => {
  const mlmodel = (file: string) => ({ 'model/MLmodel': `flavors:\n  xgboost:\n    data: ${file}\n`, 'x.json': '{}' });

  it('finds the file of the flavour, from the folder or from MLmodel', async () => {
    const folder = join(FIXTURES, 'mlflow/xgboost');
    for (const artifact of [folder, join(folder, 'MLmodel')]) {
      const { file, kind } = await readMlflowFolder(artifact);
      assert.deepEqual([file, kind], [join(folder, 'model.ubj'), 'xgboost']);
    }
  });

  it('takes pickles of LightGBM for what they are', async t => {
    const root = temporaryFolder(t, { MLmodel: 'flavors:\n  lightgbm:\n    data: model.pkl\n', 'model.pkl': 'x' });
    assert.equal((await readMlflowFolder(root)).kind, 'sklearn');
  });

  it('stays inside of the folder', async t => {
    for (const file of ['../x.json', '/etc/passwd', 'a/../../x.json', '"..\\\\x.json"', '""']) {
      const root = temporaryFolder(t, mlmodel(file));
      await assert.rejects(readMlflowFolder(join(root, 'model')), refused(/is no path inside of the folder/), file);
    }
    const root = temporaryFolder(t, mlmodel('link.json'));
    symlinkSync('../x.json', join(root, 'model/link.json'));
    await assert.rejects(readMlflowFolder(join(root, 'model')), refused(/'link\.json' leads out of the folder/));
  });

  it('says what is not there', async t => {
    const root = temporaryFolder(t, mlmodel('y.json'));
    await assert.rejects(
      readMlflowFolder(join(root, 'model')),
      refused(/model's file 'y\.json' cannot be read \(ENOENT\)/),
    );
    await assert.rejects(readMlflowFolder(root), refused(/MLmodel cannot be read \(ENOENT\)/));
  });
});
