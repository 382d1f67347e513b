import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Environment } from '../../src/settings/env.js';
import { packageVersion } from '../../src/settings/package-version.js';
import { readServerSettings, type ServerSettings, serverSettings } from '../../src/settings/server-settings.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface FieldCase {
  /** In files. */
  readonly name: string;
  readonly key: keyof ServerSettings;
  readonly fallback: unknown;
  /** Two different values as files hold them, and as the program sees them. */
  readonly written: readonly [unknown, unknown];
  readonly read: readonly [unknown, unknown];
  readonly bad: unknown;
  /** What a message says the field must be. */
  readonly expected: string;
}

const bool = { written: ['yes', 'off'], read: [true, false], bad: 'maybe', expected: 'true or false' } as const;
const words = { written: ['a', 'b'], read: ['a', 'b'], bad: 7, expected: 'a string' } as const;
const wordsOrNull = { ...words, expected: 'a string or null' } as const;
const name = { ...words, bad: '', expected: 'a string that is not empty' } as const;
const port = { written: ['0', 65535], read: [0, 65535], bad: 99999, expected: 'an integer from 0 to 65535' } as const;
const positive = { written: ['1', 5], read: [1, 5], bad: 0, expected: 'an integer of 1 or more' } as const;
const seconds = { written: ['0.5', 20], read: [500, 20_000], bad: -1, expected: 'seconds from 0 to 2147483' } as const;
const object = { written: [{ a: 1 }, { b: [null] }], read: [{ a: 1 }, { b: [null] }], bad: 'x' } as const;
const list = {
  written: [['a'], ['b', 'c']],
  read: [['a'], ['b', 'c']],
  bad: 'a,b',
  expected: 'a list (each item a string)',
} as const;

const fields: readonly FieldCase[] = [
  { name: 'debug', key: 'debug', fallback: true, ...bool },
  {
    name: 'parallel_workers',
    key: 'parallelWorkers',
    fallback: 1,
    written: ['4', -1],
    read: [4, 0],
    bad: 1.5,
    expected: 'an integer',
  },
  {
    name: 'parallel_workers_timeout',
    key: 'parallelWorkersTimeoutMs',
    fallback: 5000,
    written: ['3', 0],
    read: [3000, 0],
    bad: 1.5,
    expected: 'whole seconds from 0 to 2147483',
  },
  { name: 'environments_dir', key: 'environmentsDir', fallback: '.envs', ...words },
  {
    name: 'model_repository_implementation',
    key: 'modelRepositoryImplementation',
    fallback: null,
    written: [
      'mlserver.repository.SchemalessModelRepository',
      'mlserver.repository.repository.SchemalessModelRepository',
    ],
    read: ['mlserver.repository.SchemalessModelRepository', 'mlserver.repository.repository.SchemalessModelRepository'],
    bad: 'my.Repository',
    expected:
      'one of mlserver.repository.SchemalessModelRepository, mlserver.repository.repository.SchemalessModelRepository or null',
  },
  {
    name: 'model_repository_implementation_args',
    key: 'modelRepositoryImplementationArgs',
    fallback: {},
    ...object,
    expected: 'an object',
  },
  { name: 'load_models_at_startup', key: 'loadModelsAtStartup', fallback: true, ...bool },
  { name: 'server_name', key: 'serverName', fallback: 'mlserver', ...words },
  { name: 'server_version', key: 'serverVersion', fallback: packageVersion, ...words },
  { name: 'extensions', key: 'extensions', fallback: [], ...list },
  { name: 'host', key: 'host', fallback: '0.0.0.0', ...words },
  { name: 'http_port', key: 'httpPort', fallback: 8080, ...port },
  { name: 'root_path', key: 'rootPath', fallback: '', ...words },
  { name: 'grpc_port', key: 'grpcPort', fallback: 8081, ...port },
  {
    name: 'grpc_max_message_length',
    key: 'grpcMaxMessageBytes',
    fallback: null,
    written: ['1024', -1],
    read: [1024, -1],
    bad: -2,
    expected: 'an integer of -1 or more or null',
  },
  { name: 'metrics_endpoint', key: 'metricsEndpoint', fallback: '/metrics', ...wordsOrNull },
  { name: 'metrics_port', key: 'metricsPort', fallback: 8082, ...port },
  { name: 'metrics_rest_server_prefix', key: 'metricsRestServerPrefix', fallback: 'rest_server', ...words },
  { name: 'metrics_dir', key: 'metricsDir', fallback: '.metrics', ...words },
  { name: 'use_structured_logging', key: 'useStructuredLogging', fallback: false, ...bool },
  {
    name: 'logging_settings',
    key: 'loggingSettings',
    fallback: null,
    ...words,
    expected: 'a string or an object or null',
  },
  { name: 'kafka_enabled', key: 'kafkaEnabled', fallback: false, ...bool },
  { name: 'kafka_enable', key: 'kafkaEnabled', fallback: false, ...bool },
  { name: 'kafka_servers', key: 'kafkaServers', fallback: 'localhost:9092', ...words },
  { name: 'kafka_topic_input', key: 'kafkaTopicInput', fallback: 'mlserver-input', ...name },
  { name: 'kafka_topic_output', key: 'kafkaTopicOutput', fallback: 'mlserver-output', ...name },
  { name: 'tracing_server', key: 'tracingServer', fallback: null, ...wordsOrNull },
  { name: 'cache_enabled', key: 'cacheEnabled', fallback: false, ...bool },
  {
    name: 'cache_size',
    key: 'cacheSize',
    fallback: 100,
    written: ['7', 0],
    read: [7, 0],
    bad: -1,
    expected: 'an integer of 0 or more',
  },
  { name: 'gzip_enabled', key: 'gzipEnabled', fallback: true, ...bool },
  { name: 'max_body_bytes', key: 'maxBodyBytes', fallback: 67_108_864, ...positive },
  { name: 'cache_max_bytes', key: 'cacheMaxBytes', fallback: 67_108_864, ...positive },
  {
    name: 'grpc_stream_form',
    key: 'grpcStreamForm',
    fallback: 'mlserver',
    written: ['triton', 'mlserver'],
    read: ['triton', 'mlserver'],
    bad: 'kserve',
    expected: 'one of mlserver, triton',
  },
  { name: 'max_queue_size', key: 'maxQueueSize', fallback: 10_000, ...positive },
  { name: 'request_timeout', key: 'requestTimeoutMs', fallback: 0, ...seconds },
  { name: 'infer_timeout', key: 'inferTimeoutMs', fallback: 60_000, ...seconds },
  { name: 'load_timeout', key: 'loadTimeoutMs', fallback: 60_000, ...seconds },
  { name: 'shutdown_timeout', key: 'shutdownTimeoutMs', fallback: 10_000, ...seconds },
  { name: 'conversion_timeout', key: 'conversionTimeoutMs', fallback: 60_000, ...seconds },
  { name: 'conversion_memory_mb', key: 'conversionMemoryMb', fallback: 1024, ...positive },
  { name: 'cache_dir', key: 'cacheDir', fallback: null, ...wordsOrNull },
  { name: 'batch_slots_per_worker', key: 'batchSlotsPerWorker', fallback: 2, ...positive },
  {
    name: 'log_format',
    key: 'logFormat',
    fallback: 'auto',
    written: ['json', 'text'],
    read: ['json', 'text'],
    bad: 'xml',
    expected: 'one of auto, text, json',
  },
  { name: 'allow_uri_outside_repository', key: 'allowUriOutsideRepository', fallback: true, ...bool },
  { name: 'warm_up', key: 'warmUp', fallback: true, ...bool },
  { name: 'model_list', key: 'modelList', fallback: null, ...wordsOrNull },
  { name: 'model_repository_poll', key: 'modelRepositoryPollMs', fallback: 0, ...seconds },
  { name: 'remote_model_poll', key: 'remoteModelPollMs', fallback: 60_000, ...seconds },
  { name: 'download_max_bytes', key: 'downloadMaxBytes', fallback: 10 * 2 ** 30, ...positive },
  { name: 'download_timeout', key: 'downloadTimeoutMs', fallback: 30_000, ...seconds },
  { name: 'download_ca_file', key: 'downloadCaFile', fallback: null, ...wordsOrNull },
  { name: 'kafka_group_id', key: 'kafkaGroupId', fallback: 'modelyard', ...name },
  { name: 'kafka_exactly_once', key: 'kafkaExactlyOnce', fallback: false, ...bool },
  { name: 'kafka_topic_dead_letter', key: 'kafkaTopicDeadLetter', fallback: null, ...wordsOrNull },
  { name: 'kafka_required', key: 'kafkaRequired', fallback: false, ...bool },
  { name: 'kafka_security', key: 'kafkaSecurity', fallback: null, ...object, expected: 'an object or null' },
];

const asVariable = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

for (const { name, key, fallback, written, read, bad, expected } of fields) {
  const variable = name.toUpperCase();

  test(`${name}: file over environment over .env over default`, async t => {
    const empty = temporaryFolder(t);
    const folder = temporaryFolder(t, { 'settings.json': { [name]: written[0] } });
    const dotenv = { path: '.env', text: `MLSERVER_${variable}='${asVariable(written[0])}'` };
    const value = async (from: string, environment: Environment) =>
      (await readServerSettings(from, environment)).settings[key];

    assert.deepEqual(await value(empty, new Environment({})), fallback);
    assert.deepEqual(await value(empty, new Environment({}, dotenv)), read[0]);
    for (const prefix of ['MLSERVER_', 'MODELYARD_']) {
      const environment = new Environment({ [prefix + variable]: asVariable(written[1]) }, dotenv);
      assert.deepEqual(await value(empty, environment), read[1], prefix);
      assert.deepEqual(await value(folder, environment), read[0], prefix);
    }
  });

  test(`${name}: a bad value is an error that names file or variable`, async t => {
    const folder = temporaryFolder(t, { 'settings.json': { [name]: bad } });
    const at = `${join(folder, 'settings.json')}: field '${name}': expected ${expected}, found `;
    await assert.rejects(readServerSettings(folder, new Environment({})), (error: Error) => {
      assert.equal(error.name, 'SettingsError');
      assert.equal(error.message.slice(0, at.length), at);
      return true;
    });
    if (typeof bad !== 'string' && expected.startsWith('a string')) return; // any text of a variable is one
    const environment = new Environment({ [`MLSERVER_${variable}`]: asVariable(bad) });
    await assert.rejects(readServerSettings(temporaryFolder(t), environment), (error: Error) => {
      assert.ok(error.message.startsWith(`environment: field 'MLSERVER_${variable}': expected ${expected}`));
      return true;
    });
  });
}

test('the table of this test names every setting', () => {
  const tested = new Set([...fields.map(({ key }) => key), 'cors', 'modelRepositoryRoot']);
  assert.deepEqual(new Set(Object.keys(serverSettings())), tested);
});

test('null is taken by optional fields only', () => {
  for (const { name, key, expected } of fields) {
    if (expected.endsWith('or null')) assert.equal(serverSettings({ [name]: null })[key], null, name);
    else assert.throws(() => serverSettings({ [name]: null }), /found null$/, name);
  }
});

test('an empty text is none where there may be none: a variable cannot say null', async t => {
  const folder = temporaryFolder(t);
  const texts = fields.filter(({ expected }) => expected === 'a string or null');
  assert.ok(texts.length > 5);
  const environment = new Environment(
    Object.fromEntries(texts.map(({ name }) => [`MLSERVER_${name.toUpperCase()}`, ''])),
  );
  const { settings } = await readServerSettings(folder, environment);
  for (const { name, key } of texts) {
    assert.equal(settings[key], null, name);
    assert.equal(serverSettings({ [name]: '' })[key], null, name);
  }
});

test('null in the file beats a variable', async t => {
  const folder = temporaryFolder(t, { 'settings.json': { metrics_endpoint: null } });
  const { settings } = await readServerSettings(folder, new Environment({ MLSERVER_METRICS_ENDPOINT: '/x' }));
  assert.equal(settings.metricsEndpoint, null);
});

test('MODELYARD_ beats MLSERVER_ in the same place, but not the process over .env', async t => {
  const folder = temporaryFolder(t);
  const dotenv = { path: '.env', text: 'MODELYARD_HTTP_PORT=3' };
  const read = async (variables: NodeJS.ProcessEnv) =>
    (await readServerSettings(folder, new Environment(variables, dotenv))).settings.httpPort;
  assert.equal(await read({ MLSERVER_HTTP_PORT: '1', MODELYARD_HTTP_PORT: '2' }), 2);
  assert.equal(await read({ MLSERVER_HTTP_PORT: '1' }), 1);
  assert.equal(await read({}), 3);
});

test('the folder is the repository root whatever the settings say', async t => {
  const folder = temporaryFolder(t, { 'settings.json': { model_repository_root: '/elsewhere' } });
  const environment = new Environment({ MLSERVER_MODEL_REPOSITORY_ROOT: '/there' });
  assert.equal((await readServerSettings(folder, environment)).settings.modelRepositoryRoot, folder);
  assert.equal(serverSettings().modelRepositoryRoot, resolve('.'));
});

test('a folder that does not exist gives the defaults', async t => {
  const { settings, warnings } = await readServerSettings(join(temporaryFolder(t), 'none'), new Environment({}));
  assert.equal(settings.httpPort, 8080);
  assert.deepEqual(warnings, []);
});

test('cors_settings: absent or null means none; its fields have variables once it is there', async t => {
  const cors = async (file: unknown, variables: NodeJS.ProcessEnv = {}) => {
    const folder = temporaryFolder(t, { 'settings.json': file });
    return (await readServerSettings(folder, new Environment(variables))).settings.cors;
  };
  const defaults = {
    allowOrigins: [],
    allowOriginRegex: null,
    allowCredentials: false,
    allowMethods: ['GET'],
    allowHeaders: [],
    exposeHeaders: [],
    maxAgeSeconds: 600,
  };
  const origins = { MLSERVER_ALLOW_ORIGINS: '["x"]' };
  assert.equal(await cors({}, origins), null);
  assert.equal(await cors({ cors_settings: null }, origins), null);
  assert.deepEqual(await cors({ cors_settings: {} }), defaults);
  assert.deepEqual(await cors({ cors_settings: {} }, origins), { ...defaults, allowOrigins: ['x'] });
  assert.deepEqual(await cors({}, { MLSERVER_CORS_SETTINGS: '{"max_age": "5"}' }), { ...defaults, maxAgeSeconds: 5 });
  assert.deepEqual(
    await cors({ cors_settings: { allow_methods: ['*'] } }, { MLSERVER_CORS_SETTINGS: '{"allow_credentials": "t"}' }),
    { ...defaults, allowMethods: ['*'], allowCredentials: true },
  );
  await assert.rejects(
    cors({ cors_settings: { allow_origins: '*' } }),
    /settings\.json: field 'cors_settings\.allow_origins': expected a list \(each item a string\), found "\*"$/,
  );
  await assert.rejects(cors({ cors_settings: [] }), /field 'cors_settings': expected an object or null, found a list$/);
  await assert.rejects(cors({}, { MLSERVER_CORS_SETTINGS: '*' }), {
    message: `environment: field 'MLSERVER_CORS_SETTINGS': expected an object or null, written as JSON, found "*"`,
  });
});

test('unknown fields are ignored; a name close to a known one is warned of', async t => {
  const folder = temporaryFolder(t, {
    'settings.json': {
      http_prot: 1,
      $schema: 'x',
      comment: 'hello',
      constructor: 1,
      toString: 1,
      cors_settings: { alow_origins: [] },
    },
  });
  const { settings, warnings } = await readServerSettings(folder, new Environment({ MLSERVER_NO_SUCH_FIELD: 'x' }));
  const file = join(folder, 'settings.json');
  assert.deepEqual(warnings, [
    `${file}: unknown field 'cors_settings.alow_origins' is ignored; did you mean 'cors_settings.allow_origins'?`,
    `${file}: unknown field 'http_prot' is ignored; did you mean 'http_port'?`,
  ]);
  assert.equal(settings.httpPort, 8080);
});

test('settings of __proto__ change nothing', async t => {
  const folder = temporaryFolder(t, { 'settings.json': '{"__proto__": {"http_port": 1, "polluted": true}}' });
  const { settings } = await readServerSettings(folder, new Environment({}));
  assert.equal(settings.httpPort, 8080);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

test("Python's logging settings are read and said to be ignored", async t => {
  const folder = temporaryFolder(t, { 'settings.json': { logging_settings: { version: 1 } } });
  const { settings, warnings } = await readServerSettings(folder, new Environment({}));
  assert.deepEqual(settings.loggingSettings, { version: 1 });
  assert.match(warnings[0], /'logging_settings' configures Python's logging and is ignored/);
});
