import { join, resolve } from 'node:path';
import type { ParameterValue } from '../core/tensor.js';
import { Environment } from './env.js';
import {
  boolean,
  type FieldType,
  integer,
  jsonObject,
  listOf,
  nullable,
  oneOf,
  scalar,
  seconds,
  text,
  textOrObject,
  wholeSeconds,
} from './field-types.js';
import { field, optionalSection, type Values } from './fields.js';
import { entriesOf, type JsonObject, parseJsonObject } from './json-object.js';
import { packageVersion } from './package-version.js';
import { readFields } from './read-fields.js';
import { readTextFile } from './text-file.js';

const port = integer({ min: 0, max: 65535 });
const count = integer({ min: 0 });
const positive = integer({ min: 1 });
const name: FieldType<string> = scalar('a string that is not empty', value =>
  typeof value === 'string' && value !== '' ? value : undefined,
);
/** '' is none as well: what is written into a variable cannot be null. */
const textOrNone: FieldType<string | null> = {
  ...nullable(text),
  convert: (value, at) => nullable(text).convert(value === '' ? null : value, at),
};
/** Negative counts are taken for 0, as MLServer does. */
const workers: FieldType<number> = {
  ...integer(),
  convert(value, at) {
    const written = integer().convert(value, at);
    return written === undefined ? undefined : Math.max(0, written);
  },
};

const CORS = {
  allowOrigins: field('allow_origins', listOf(text), []),
  allowOriginRegex: field('allow_origin_regex', nullable(text), null),
  allowCredentials: field('allow_credentials', boolean, false),
  allowMethods: field('allow_methods', listOf(text), ['GET']),
  allowHeaders: field('allow_headers', listOf(text), []),
  exposeHeaders: field('expose_headers', listOf(text), []),
  maxAgeSeconds: field('max_age', count, 600),
};

/** MLServer's own repository, by the names it is imported by. Others are classes in Python. */
const REPOSITORIES = [
  'mlserver.repository.SchemalessModelRepository',
  'mlserver.repository.repository.SchemalessModelRepository',
] as const;

/** MLServer's fields first, in its documentation's order, then our own. 0 stands for "no limit" where a limit is in time. */
const SERVER = {
  debug: field('debug', boolean, true),
  /** 0: inference runs in the main thread. */
  parallelWorkers: field('parallel_workers', workers, 1),
  parallelWorkersTimeoutMs: field('parallel_workers_timeout', wholeSeconds, 5_000),
  environmentsDir: field('environments_dir', text, '.envs'),
  modelRepositoryImplementation: field('model_repository_implementation', nullable(oneOf(...REPOSITORIES)), null),
  /** Absolute. The folder that the server was started with wins over the setting. */
  modelRepositoryRoot: field('model_repository_root', text, '.'),
  modelRepositoryImplementationArgs: field('model_repository_implementation_args', jsonObject, {}),
  loadModelsAtStartup: field('load_models_at_startup', boolean, true),
  serverName: field('server_name', text, 'mlserver'),
  serverVersion: field('server_version', text, packageVersion),
  extensions: field('extensions', listOf(text), []),
  /** For REST, gRPC and metrics. */
  host: field('host', text, '0.0.0.0'),
  httpPort: field('http_port', port, 8080),
  rootPath: field('root_path', text, ''),
  grpcPort: field('grpc_port', port, 8081),
  /** Null: 64 MiB for requests, unlimited for answers; -1: unlimited. */
  grpcMaxMessageBytes: field('grpc_max_message_length', nullable(integer({ min: -1 })), null),
  cors: optionalSection('cors_settings', CORS),
  /** Null: no metrics server. */
  metricsEndpoint: field('metrics_endpoint', textOrNone, '/metrics'),
  metricsPort: field('metrics_port', port, 8082),
  metricsRestServerPrefix: field('metrics_rest_server_prefix', text, 'rest_server'),
  metricsDir: field('metrics_dir', text, '.metrics'),
  useStructuredLogging: field('use_structured_logging', boolean, false),
  loggingSettings: field('logging_settings', nullable(textOrObject), null),
  kafkaEnabled: field('kafka_enabled', boolean, false, ['kafka_enable']),
  kafkaServers: field('kafka_servers', text, 'localhost:9092'),
  kafkaTopicInput: field('kafka_topic_input', name, 'mlserver-input'),
  kafkaTopicOutput: field('kafka_topic_output', name, 'mlserver-output'),
  tracingServer: field('tracing_server', textOrNone, null),
  cacheEnabled: field('cache_enabled', boolean, false),
  /** Answers of one model version that the cache keeps. */
  cacheSize: field('cache_size', count, 100),
  gzipEnabled: field('gzip_enabled', boolean, true),

  /** Of a request, inflated. */
  maxBodyBytes: field('max_body_bytes', positive, 64 * 1024 * 1024),
  /** Of all answers of one model version in the cache. */
  cacheMaxBytes: field('cache_max_bytes', positive, 64 * 1024 * 1024),
  /** Whose ModelStreamInferResponse is sent. */
  grpcStreamForm: field('grpc_stream_form', oneOf('mlserver', 'triton'), 'mlserver'),
  /** Requests that may wait for one model; more are refused. */
  maxQueueSize: field('max_queue_size', positive, 10_000),
  /** From the arrival of a request to its answer. */
  requestTimeoutMs: field('request_timeout', seconds, 0),
  /** Of one batch in a worker; a worker that takes longer counts as hung and is replaced. */
  inferTimeoutMs: field('infer_timeout', seconds, 60_000),
  /** Of a class of a user's in a worker. */
  loadTimeoutMs: field('load_timeout', seconds, 60_000),
  /** From the signal to the end of the process. */
  shutdownTimeoutMs: field('shutdown_timeout', seconds, 10_000),
  conversionTimeoutMs: field('conversion_timeout', seconds, 60_000),
  conversionMemoryMb: field('conversion_memory_mb', positive, 1024),
  /** For converted models; null: see cacheFolder in cache-folder.ts. */
  cacheDir: field('cache_dir', textOrNone, null),
  /** Batches that may be under way in one worker. */
  batchSlotsPerWorker: field('batch_slots_per_worker', positive, 2),
  /** 'auto': text on a terminal, else JSON. */
  logFormat: field('log_format', oneOf('auto', 'text', 'json'), 'auto'),
  /** Whether a model's uri may lead out of the repository, as MLServer's may. */
  allowUriOutsideRepository: field('allow_uri_outside_repository', boolean, true),
  /** Runs each model once before it counts as ready. */
  warmUp: field('warm_up', boolean, true),
  /** A JSON list of models that are served in place of those in the folder; null: none. */
  modelList: field('model_list', textOrNone, null),
  /** Between looks for changed models; 0: never. */
  modelRepositoryPollMs: field('model_repository_poll', seconds, 0),
  /** Between questions whether a remote model has changed, when there are looks at all. */
  remoteModelPollMs: field('remote_model_poll', seconds, 60_000),
  /** Of one remote model. */
  downloadMaxBytes: field('download_max_bytes', positive, 10 * 2 ** 30),
  /** Without a byte, or an answer. */
  downloadTimeoutMs: field('download_timeout', seconds, 30_000),
  /** Certificates (PEM) to trust for https models in place of those Node knows. */
  downloadCaFile: field('download_ca_file', textOrNone, null),
  kafkaGroupId: field('kafka_group_id', name, 'modelyard'),
  kafkaExactlyOnce: field('kafka_exactly_once', boolean, false),
  /** Null: the answer to what cannot be served tells the error. */
  kafkaTopicDeadLetter: field('kafka_topic_dead_letter', textOrNone, null),
  /** TLS and SASL options: kafka/security.ts. */
  kafkaSecurity: field('kafka_security', nullable(jsonObject), null),
  /** The server is ready only while it reads messages. */
  kafkaRequired: field('kafka_required', boolean, false),
};

export type ServerSettings = Values<typeof SERVER>;
export type CorsSettings = Values<typeof CORS>;

/** Settings, and what their writer should know although the server can start. */
export interface LoadedSettings<T> {
  readonly settings: T;
  readonly warnings: readonly string[];
}

const PREFIXES = ['MODELYARD_', 'MLSERVER_'];

/**
 * The settings of a server that is started on `folder`: those of its settings.json if there is one, over variables
 * `MODELYARD_<FIELD>` or `MLSERVER_<FIELD>`, over defaults. Throws a SettingsError.
 */
export async function readServerSettings(
  folder: string,
  environment: Environment,
): Promise<LoadedSettings<ServerSettings>> {
  const path = join(folder, 'settings.json');
  const file = await readTextFile(path);
  const object = file === undefined ? undefined : parseJsonObject(file, path);
  const { settings, warnings } = serverSettingsFrom(object, path, environment);
  return { settings: { ...settings, modelRepositoryRoot: resolve(folder) }, warnings };
}

/** Settings from an object with the fields of a settings.json, without looking at files or variables. */
export function serverSettings(values: { readonly [name: string]: ParameterValue } = {}): ServerSettings {
  const object: JsonObject = { values: entriesOf(values), warnings: [] };
  const { settings } = serverSettingsFrom(object, 'settings', new Environment({}));
  return { ...settings, modelRepositoryRoot: resolve(settings.modelRepositoryRoot) };
}

function serverSettingsFrom(
  object: JsonObject | undefined,
  source: string,
  environment: Environment,
): LoadedSettings<ServerSettings> {
  const warnings: string[] = [...(object?.warnings ?? [])];
  const layers = object === undefined ? [] : [{ source, path: '', values: object.values }];
  const settings = readFields(SERVER, {
    layers,
    environment,
    prefixes: PREFIXES,
    warn: message => warnings.push(message),
  });
  if (settings.loggingSettings !== null) {
    warnings.push(`${source}: field 'logging_settings' configures Python's logging and is ignored; use 'log_format'`);
  }
  if (Object.keys(settings.modelRepositoryImplementationArgs).length > 0) {
    warnings.push(`${source}: field 'model_repository_implementation_args' is for classes in Python and is ignored`);
  }
  return { settings, warnings };
}
