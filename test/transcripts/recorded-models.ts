import { fixture } from '../support/fixtures.js';
import { ELEMENT, onnxModel } from '../support/onnx-parts.js';
import { exampleModels } from '../support/server.js';

interface SklearnOptions {
  readonly folder?: string;
  readonly [setting: string]: unknown;
}

type Files = Readonly<Record<string, unknown>>;

/** A model's files by path: its settings and what they name. */
function model(folder: string, settings: object, file: string, artifact: string): Files {
  return {
    [`models/${folder}/model-settings.json`]: settings,
    [`models/${folder}/${file}`]: fixture(`transcripts/models/${artifact}`),
  };
}

function sklearn(name: string, artifact: string, { folder = name, ...settings }: SklearnOptions = {}): Files {
  const implementation = 'mlserver_sklearn.SKLearnModel';
  return model(folder, { name, implementation, ...settings }, 'model.joblib', `${artifact}.joblib`);
}

function own(name: string, className: string, settings: object = {}): Files {
  return model(name, { name, implementation: `own.${className}`, ...settings }, 'own.mjs', 'own.mjs');
}

/** Gives its input back, as a model file. */
function identity(name: string, type: number): Files {
  const shape = ['rows', 'columns'];
  const file = onnxModel({
    inputs: [{ name: 'INPUT0', type, shape }],
    outputs: [{ name: 'OUTPUT0', type, shape }],
    nodes: [{ op: 'Identity', inputs: ['INPUT0'], outputs: ['OUTPUT0'] }],
  });
  return {
    [`models/${name}/model-settings.json`]: {
      name,
      implementation: 'modelyard.OnnxModel',
      parameters: { version: '1' },
    },
    [`models/${name}/model.onnx`]: file,
  };
}

function versions(name: string, artifacts: Readonly<Record<string, string>>): Files {
  return Object.assign(
    {},
    ...Object.entries(artifacts).map(([version, artifact]) =>
      sklearn(name, artifact, { folder: `${name}/${version}`, parameters: { version } }),
    ),
  );
}

/** The models that the recorded exchanges with MLServer were had with, or others that answer the same. */
export const RECORDED_MODELS: Files = {
  ...exampleModels({ 'mnist-svm': {}, 'mushroom-xgboost': {} }),
  ...sklearn('lin', 'lin-0.5'),
  ...sklearn('lin-batched', 'lin-0.5', { max_batch_size: 32, max_batch_time: 0.05 }),
  ...versions('versioned', { v1: 'lin-1.0', v2: 'lin-2.0' }),
  ...versions('numbered', { 1: 'lin-1.0', 2: 'lin-2.0', 10: 'lin-3.0' }),
  ...sklearn('iris-logreg', 'iris'),
  ...sklearn('iris-rf', 'iris'),
  ...model(
    'iris-lgbm',
    { name: 'iris-lgbm', implementation: 'mlserver_lightgbm.LightGBMModel' },
    'model.bst',
    'iris-lgbm.bst',
  ),
  ...sklearn('iris-pd', 'iris-frame', { parameters: { content_type: 'pd' } }),
  ...own('my-model', 'Texts'),
  ...own('echo', 'Echo'),
  ...own('echo-meta', 'Echo', {
    platform: 'custom_echo',
    versions: ['echo/v1.2.3'],
    inputs: [
      { name: 'metadata-np', datatype: 'INT32', shape: [2, 2], parameters: { content_type: 'np' } },
      { name: 'metadata-str', datatype: 'BYTES', shape: [-1], parameters: { content_type: 'str' } },
    ],
    outputs: [{ name: 'metadata-np', datatype: 'INT32', shape: [2, 2] }],
  }),
  ...own('fail', 'Fail'),
  ...own('headers', 'Headers'),
  ...identity('identity-bytes', ELEMENT.BYTES),
  ...identity('identity-fp16', ELEMENT.FP16),
  ...identity('identity-fp32', ELEMENT.FP32),
};

export const RECORDED_NAMES: ReadonlySet<string> = new Set(
  Object.values(RECORDED_MODELS).map(settings => (settings as { readonly name?: string }).name ?? ''),
);

/** That of the server that streams. */
export const STREAMING_MODEL: Files = own('text-model', 'Words');

/** Those of the server that loads nothing by itself. */
export const MODELS_OF_THE_AGENT: Files = { ...sklearn('lin', 'lin-0.5'), ...versions('versioned', { v1: 'lin-1.0' }) };

/** A model whose file is none. */
export const BROKEN_MODEL: Files = {
  'models/broken/model-settings.json': { name: 'broken', implementation: 'mlserver_sklearn.SKLearnModel' },
  'models/broken/model.joblib': 'not a model',
};
