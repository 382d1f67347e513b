import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMlflowModel } from '../../src/formats/mlflow-model.js';
import { fixture } from '../support/fixtures.js';

const SKLEARN = 'flavors:\n  sklearn:\n    pickled_model: model.pkl\n';
const signed = (inputs: unknown, outputs: unknown = []) =>
  readMlflowModel(
    `${SKLEARN}signature:\n  inputs: '${JSON.stringify(inputs)}'\n  outputs: '${JSON.stringify(outputs)}'\n`,
  ).signature;

describe('readMlflowModel', () => {
  it('reads what MLflow writes', () => {
    const text = new TextDecoder().decode(fixture('mlflow/sklearn-frame/MLmodel'));
    const { signature, ...model } = readMlflowModel(text);
    assert.deepEqual(model, { flavor: 'sklearn', file: 'model.pkl', predictMethod: 'predict' });
    assert.equal(signature?.contentType, 'pd');
    assert.deepEqual(signature?.inputs[0], {
      name: 'sepal length',
      datatype: 'FP64',
      shape: [-1, 1],
      parameters: { content_type: 'np' },
    });
    assert.deepEqual(signature?.outputs, [
      { name: 'output-0', datatype: 'INT64', shape: [-1], parameters: { content_type: 'np' } },
    ]);
  });

  it('gives columns of every type a datatype and a content type', () => {
    const types = [
      'boolean',
      'integer',
      'long',
      'float',
      'double',
      'string',
      'binary',
      'datetime',
      'array',
      'object',
      'map',
    ];
    const signature = signed(types.map(type => ({ name: type, type })));
    assert.deepEqual(
      signature?.inputs.map(({ name, datatype, parameters }) => `${name} ${datatype} ${parameters?.content_type}`),
      [
        'boolean BOOL np',
        'integer INT32 np',
        'long INT64 np',
        'float FP32 np',
        'double FP64 np',
        'string BYTES str',
        'binary BYTES base64',
        'datetime BYTES datetime',
        'array BYTES pd_json',
        'object BYTES pd_json',
        'map BYTES pd_json',
      ],
    );
    assert.equal(signature?.contentType, 'pd');
  });

  it('tells named tensors from a single one', () => {
    const tensor = (dtype: string, shape: number[]) => ({ type: 'tensor', 'tensor-spec': { dtype, shape } });
    const unnamed = signed([tensor('float32', [-1, 28, 28])], [tensor('<U5', [-1])]);
    assert.equal(unnamed?.contentType, 'np');
    assert.deepEqual(unnamed?.inputs[0], {
      name: 'input-0',
      datatype: 'FP32',
      shape: [-1, 28, 28],
      parameters: { content_type: 'np' },
    });
    assert.equal(unnamed?.outputs[0].datatype, 'BYTES');
    assert.equal(signed([{ name: 'a', ...tensor('int8', [-1]) }])?.contentType, 'dict');
    assert.throws(() => signed([tensor('complex64', [-1])]), /no datatype for 'complex64'/);
    assert.throws(() => signed([{ name: 'a', type: 'matrix' }]), /'matrix' is no type of a column/);
  });

  it('takes the flavour that can be served, and refuses others by name', () => {
    assert.deepEqual(readMlflowModel('flavors:\n  python_function:\n    x: y\n  onnx:\n    data: m.onnx\n'), {
      flavor: 'onnx',
      file: 'm.onnx',
      predictMethod: undefined,
      signature: undefined,
    });
    assert.throws(
      () => readMlflowModel('flavors:\n  python_function:\n    loader_module: x\n  keras:\n    data: y\n'),
      /^ServerError: the model has the flavours python_function, keras, served are sklearn, xgboost/,
    );
    const plain = 'flavors:\n  catboost:\n    data: model.cb\n    model_type: CatBoost\n';
    assert.throws(() => readMlflowModel(plain), /a plain CatBoost/);
    assert.throws(() => readMlflowModel('name: x'), /has no 'flavors'/);
    assert.throws(() => readMlflowModel('just text'), /expected an object, got a string/);
  });
});
