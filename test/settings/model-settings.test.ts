import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Environment } from '../../src/settings/env.js';
import { parseJsonObject } from '../../src/settings/json-object.js';
import { environmentNamesModel, modelSettings } from '../../src/settings/model-settings.js';

const SKLEARN = 'mlserver_sklearn.SKLearnModel';
const origin = { source: 'iris/model-settings.json', folder: '/models/iris' };

/** Reads the settings of a model in the folder `iris`. */
function read(file: object | undefined, variables: NodeJS.ProcessEnv = {}, dotenv = '') {
  const object = file && parseJsonObject(JSON.stringify(file), origin.source);
  return modelSettings(object, origin, new Environment(variables, { path: '.env', text: dotenv }));
}

function settings(file: object, variables: NodeJS.ProcessEnv = {}, dotenv = '') {
  return read({ implementation: SKLEARN, ...file }, variables, dotenv).settings;
}

const tensor = { name: 'x', datatype: 'FP32', shape: [-1, 4] };

/** Each field twice: two values as files hold them, what they become, the default, and a bad one. */
interface FieldCase {
  name: string;
  key: string;
  fallback: unknown;
  written: [unknown, unknown];
  read: [unknown, unknown];
  bad: unknown;
}

const bool = { written: ['yes', 'off'], read: [true, false], bad: 'maybe' } satisfies Partial<FieldCase>;
const words = { written: ['a', 'b'], read: ['a', 'b'], bad: 7 } satisfies Partial<FieldCase>;
const tensors = {
  written: [[tensor], []],
  read: [[{ ...tensor, parameters: undefined }], []],
  bad: [{ name: 'x' }],
} satisfies Partial<FieldCase>;

const top: FieldCase[] = [
  { name: 'platform', key: 'platform', fallback: '', ...words },
  { name: 'versions', key: 'versions', fallback: [], written: [['1'], []], read: [['1'], []], bad: [1] },
  { name: 'inputs', key: 'inputs', fallback: [], ...tensors },
  { name: 'outputs', key: 'outputs', fallback: [], ...tensors },
  { name: 'max_batch_size', key: 'maxBatchSize', fallback: null, written: ['64', 1], read: [64, 1], bad: -5 },
  { name: 'max_batch_time', key: 'maxBatchTimeMs', fallback: 0, written: ['0.05', 1], read: [50, 1000], bad: -0.1 },
  { name: 'cache_enabled', key: 'cacheEnabled', fallback: false, ...bool },
  { name: 'parallel_workers', key: 'parallelWorkers', fallback: null, written: ['0', -1], read: [0, -1], bad: 1.5 },
  { name: 'warm_workers', key: 'warmWorkers', fallback: false, ...bool },
  { name: 'max_queue_size', key: 'maxQueueSize', fallback: null, written: ['5', 6], read: [5, 6], bad: 0 },
  { name: 'infer_timeout', key: 'inferTimeoutMs', fallback: null, written: ['5', 0.5], read: [5000, 500], bad: -1 },
  { name: 'load_timeout', key: 'loadTimeoutMs', fallback: null, written: ['5', 0.5], read: [5000, 500], bad: -1 },
  { name: 'warm_up', key: 'warmUp', fallback: null, ...bool },
  {
    name: 'aspired_version',
    key: 'aspiredVersion',
    fallback: null,
    written: ['1.x', '^2.1'],
    read: ['1.x', '^2.1'],
    bad: 'newest',
  },
];

const parameters: FieldCase[] = [
  { name: 'uri', key: 'uri', fallback: null, ...words },
  {
    name: 'sha256',
    key: 'sha256',
    fallback: null,
    written: ['a'.repeat(64), 'B1'.repeat(32)],
    read: ['a'.repeat(64), 'b1'.repeat(32)],
    bad: 'abc',
  },
  { name: 'version', key: 'version', fallback: null, written: ['v0.1.0', '10'], read: ['v0.1.0', '10'], bad: 1 },
  { name: 'content_type', key: 'contentType', fallback: null, ...words },
  {
    name: 'version_policy',
    key: 'versionPolicy',
    fallback: null,
    written: ['latest: 2', { specific: ['1'] }],
    read: [
      { kind: 'latest', count: 2 },
      { kind: 'specific', versions: ['1'] },
    ],
    bad: { latest: 0 },
  },
  { name: 'format', key: 'format', fallback: null, ...words },
  { name: 'environment_tarball', key: 'environmentTarball', fallback: null, ...words },
  { name: 'environment_path', key: 'environmentPath', fallback: null, ...words },
  { name: 'inference_pool_gid', key: 'inferencePoolGid', fallback: null, ...words },
  { name: 'autogenerate_inference_pool_gid', key: 'autogenerateInferencePoolGid', fallback: false, ...bool },
  { name: 'extra', key: 'extra', fallback: {}, written: [{ a: 1 }, {}], read: [{ a: 1 }, {}], bad: [] },
];

const asVariable = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** `at` wraps a field for the file; `find` looks it up in what was read. */
function checkFields(
  fields: FieldCase[],
  at: (field: object) => object,
  find: (read: ReturnType<typeof settings>) => object,
  path: string,
) {
  for (const { name, key, fallback, written, read, bad } of fields) {
    test(`${path}${name}: file over environment over .env over default`, () => {
      const value = (...from: Parameters<typeof settings>) => Reflect.get(find(settings(...from)), key);
      const variable = `MLSERVER_MODEL_${name.toUpperCase()}`;
      const dotenv = `${variable}='${asVariable(written[0])}'`;
      const variables = { [variable]: asVariable(written[1]) };
      assert.deepEqual(value(at({})), fallback);
      assert.deepEqual(value(at({}), {}, dotenv), read[0]);
      assert.deepEqual(value(at({}), variables, dotenv), read[1]);
      assert.deepEqual(value(at({}), { [`MODELYARD_MODEL_${name.toUpperCase()}`]: asVariable(written[1]) }), read[1]);
      assert.deepEqual(value(at({ [name]: written[0] }), variables, dotenv), read[0]);
    });

    test(`${path}${name}: a bad value is an error that names it`, () => {
      assert.throws(() => settings(at({ [name]: bad })), {
        name: 'SettingsError',
        message: new RegExp(`^iris/model-settings\\.json: field '${path}${name}[^']*': expected .+, found .+$`),
      });
    });
  }
}

checkFields(
  top,
  field => field,
  read => read,
  '',
);
checkFields(
  parameters,
  field => ({ parameters: field }),
  read => read.parameters,
  'parameters.',
);

test('the tables of this test name every field', () => {
  const keys = (cases: FieldCase[], ...others: string[]) => new Set([...cases.map(({ key }) => key), ...others]);
  assert.deepEqual(new Set(Object.keys(settings({}))), keys(top, 'name', 'implementation', 'parameters'));
  assert.deepEqual(new Set(Object.keys(settings({}).parameters)), keys(parameters, 'others'));
});

test('a missing implementation is an error, wherever it was looked for', () => {
  const expected =
    'expected one of mlserver_sklearn.SKLearnModel, mlserver_xgboost.XGBoostModel, mlserver_lightgbm.LightGBMModel, ' +
    'mlserver_catboost.CatboostModel, mlserver_mlflow.MLflowRuntime, modelyard.OnnxModel, or a class of yours such as my_model.MyModel';
  assert.throws(() => read({ name: 'iris' }), {
    message: `iris/model-settings.json: field 'implementation': ${expected}, found nothing`,
  });
  assert.throws(() => read(undefined), {
    message: `environment: field 'implementation': ${expected}, found nothing`,
  });
  assert.throws(() => read({ implementation: 'Model' }), /found "Model"$/);
  const python = 'mlserver_huggingface.HuggingFaceRuntime';
  assert.throws(() => read({ implementation: python }), {
    message: `iris/model-settings.json: field 'implementation': ${expected}, found "${python}"`,
  });
});

test('the implementation may come from the environment, for every model that names none', () => {
  const variables = { MLSERVER_MODEL_IMPLEMENTATION: SKLEARN };
  assert.deepEqual(read({}, variables).settings.implementation, { kind: 'sklearn' });
  const other = read({ implementation: 'my_model.MyModel' }, variables).settings.implementation;
  assert.deepEqual(other, { kind: 'custom', module: 'my_model', className: 'MyModel' });
});

test('the name is that of the settings, else of the environment, else of the folder', () => {
  const variables = { MLSERVER_MODEL_NAME: 'env' };
  assert.equal(settings({ name: 'file' }, variables).name, 'file');
  assert.equal(settings({}, variables).name, 'env');
  assert.equal(settings({}).name, 'iris');
  assert.equal(settings({ name: '' }).name, 'iris');
});

test('a name or version that could be a path, a control character or too long is refused', () => {
  const names = [
    '../iris',
    'a/b',
    'a\\b',
    '.hidden',
    '..',
    ' a',
    'a\0',
    'a\nb',
    'x'.repeat(256),
    'a@b',
    'a%2fb',
    7,
    null,
  ];
  for (const name of names) {
    assert.throws(() => settings({ name }), /field 'name': expected 1 to 255 letters/, JSON.stringify(name));
  }
  assert.throws(() => settings({ parameters: { version: '../1' } }), /field 'parameters\.version': expected 1 to 255/);
  for (const name of ['mnist-svm', 'With Space', 'a.b_c', 'modèle', '模型', 'x'.repeat(255), '__proto__']) {
    assert.equal(settings({ name }).name, name);
  }
  assert.equal(settings({ parameters: { version: '1.0.0+build:5' } }).parameters.version, '1.0.0+build:5');
});

test('an empty version is none', () => {
  assert.equal(settings({ parameters: { version: '' } }).parameters.version, null);
});

test('a checksum is 64 hexadecimal digits, in either case', () => {
  const digits = 'aB'.repeat(32);
  assert.equal(settings({ parameters: { sha256: digits } }).parameters.sha256, digits.toLowerCase());
  for (const sha256 of ['', 'ab', `${digits}0`, `${'g'.repeat(64)}`, 7]) {
    assert.throws(
      () => settings({ parameters: { sha256 } }),
      /field 'parameters\.sha256': expected 64 hexadecimal digits/,
    );
  }
});

test('unknown parameters are kept, unknown fields are not', () => {
  const read = settings({ parameters: { uri: 'm', threshold: 0.5, nested: { a: [1] } }, unknown: 1 });
  assert.deepEqual(read.parameters.others, { threshold: 0.5, nested: { a: [1] } });
  assert.equal('unknown' in read, false);
});

test('parameters merge field by field: file, JSON of the environment, single variables', () => {
  const variables = {
    MLSERVER_MODEL_PARAMETERS: '{"uri": "json", "content_type": "json", "x": 1, "y": 1}',
    MLSERVER_MODEL_URI: 'variable',
    MLSERVER_MODEL_CONTENT_TYPE: 'variable',
    MLSERVER_MODEL_VERSION: 'variable',
  };
  const { uri, contentType, version, others } = settings({ parameters: { uri: 'file', y: 2 } }, variables).parameters;
  assert.deepEqual([uri, contentType, version], ['file', 'json', 'variable']);
  assert.deepEqual(others, { x: 1, y: 2 });
  assert.equal(settings({ parameters: null }, { MLSERVER_MODEL_URI: 'variable' }).parameters.uri, 'variable');
});

test('a __proto__ among the parameters or in extra is dropped', () => {
  const text = `{"implementation": "${SKLEARN}", "parameters": {"__proto__": {"uri": "x"}, "extra": {"__proto__": {"a": 1}}}}`;
  const { settings: read } = modelSettings(parseJsonObject(text, 's'), origin, new Environment({}));
  assert.equal(read.parameters.uri, null);
  assert.deepEqual(read.parameters.others, {});
  assert.deepEqual(Object.getOwnPropertyNames(read.parameters.extra), []);
});

test('tensor metadata needs name, datatype and shape, and keeps its parameters', () => {
  const withType = { ...tensor, parameters: { content_type: 'np' } };
  assert.deepEqual(settings({ inputs: [withType] }).inputs, [withType]);
  const bad: [change: object, message: string][] = [
    [{ name: undefined }, "field 'inputs[0].name': expected a string, found nothing"],
    [{ datatype: 'FLOAT' }, `field 'inputs[0].datatype': expected one of BOOL, UINT8`],
    [{ datatype: 'fp32' }, `field 'inputs[0].datatype': expected one of BOOL, UINT8`],
    [
      { shape: undefined },
      `field 'inputs[0].shape': expected a list (each item an integer of -1 or more), found nothing`,
    ],
    [{ shape: 4 }, `field 'inputs[0].shape': expected a list (each item an integer of -1 or more), found 4`],
    [{ shape: [-1, 2.5] }, `field 'inputs[0].shape[1]': expected an integer of -1 or more, found 2.5`],
    [{ parameters: 'x' }, `field 'inputs[0].parameters': expected an object or null, found "x"`],
  ];
  for (const [change, message] of bad) {
    assert.throws(
      () => settings({ inputs: [{ ...tensor, ...change }] }),
      (error: Error) => error.message.startsWith(`iris/model-settings.json: ${message}`),
      message,
    );
  }
  assert.throws(
    () => settings({ inputs: ['x'] }),
    /field 'inputs\[0\]': expected an object with name, datatype and shape/,
  );
});

test('a name that differs from the folder is warned of, unless the folder is named after the version', () => {
  const warnings = (file: object) => read({ implementation: SKLEARN, ...file }).warnings;
  assert.deepEqual(warnings({ name: 'other' }), ["Model name 'other' is different than model's folder name 'iris'."]);
  assert.deepEqual(warnings({ name: 'other', parameters: { version: 'iris' } }), []);
  assert.deepEqual(warnings({ name: 'iris' }), []);
  assert.deepEqual(read(undefined, { MLSERVER_MODEL_IMPLEMENTATION: SKLEARN, MLSERVER_MODEL_NAME: 'x' }).warnings, []);
});

test('a misspelt field and the deprecated one are warned of', () => {
  assert.deepEqual(read({ implementation: SKLEARN, max_batchsize: 4, parallel_workers: 0 }).warnings, [
    "iris/model-settings.json: unknown field 'max_batchsize' is ignored; did you mean 'max_batch_size'?",
    "iris/model-settings.json: field 'parallel_workers' of a model is DEPRECATED; set it in settings.json",
  ]);
});

test('an environment of Python is warned of', () => {
  const warnings = (parameters: object) => read({ implementation: SKLEARN, parameters }).warnings;
  for (const field of ['environment_tarball', 'environment_path']) {
    assert.deepEqual(warnings({ [field]: './old.tar.gz' }), [
      `iris/model-settings.json: field 'parameters.${field}' names an environment of Python and is ignored`,
    ]);
  }
  assert.deepEqual(warnings({ environment_tarball: null }), []);
});

test('only an implementation makes the environment describe a model', () => {
  assert.equal(environmentNamesModel(new Environment({ MLSERVER_MODEL_URI: 'm', MLSERVER_MODEL_NAME: 'n' })), false);
  assert.equal(environmentNamesModel(new Environment({ MLSERVER_MODEL_IMPLEMENTATION: SKLEARN })), true);
  assert.equal(environmentNamesModel(new Environment({ modelyard_model_implementation: SKLEARN })), true);
});
